using System.IO.Enumeration;
using ImagePrep.Catalog;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Recipes;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Steps.ResetIdentity;

/// <summary>Takes out every key and identity that clones would share, and makes room for each node's own.</summary>
internal sealed class ResetIdentityStep : IGuestStep
{
    public string Name => "reset-identity";

    public string Summary => "Removes keys, seeds and identities that clones would share; adds the slots machine-id and hostname.";

    public IReadOnlyList<OptionDefinition> Options => ResetIdentityOptions.Definitions;

    public StepOutcome Apply(GuestStepContext context, OptionValues options)
    {
        ResetIdentityOptions own = ResetIdentityOptions.From(options);
        string oldName = context.Files.ReadText("/etc/hostname")?.Trim() ?? "";
        foreach (IdentityEntry entry in IdentityCatalog.All)
        {
            Apply(context, entry, own.Keep);
        }

        foreach (string path in SshServerConfiguration.HostKeyPaths(context.Files))
        {
            RemoveAll(context, [path, path + ".pub", path + "-cert.pub"], "ssh-host-key", commit: true, own.Keep);
        }

        HostsFile.RemoveOwnName(context.Files, oldName);
        context.PlaceTemplates(Name, keysOnCommand: false);
        return StepOutcome.Of(context.Files.TakeChanges());
    }

    private static void Apply(GuestStepContext context, IdentityEntry entry, IReadOnlyList<string> keep)
    {
        switch (entry.Action)
        {
            case IdentityAction.Remove:
                RemoveAll(context, entry.Paths, entry.Secret, entry.Commit, keep);
                if (entry.LinksIn.Length > 0)
                {
                    RemoveLinks(context, entry);
                }

                break;
            case IdentityAction.Truncate:
            case IdentityAction.Rewrite:
                foreach (GuestNode node in Matches(context.Files, entry.Paths, keep).Where(node => node.Info.Kind == NodeKind.File))
                {
                    context.Files.PutFile(
                        node.Path, System.Text.Encoding.UTF8.GetBytes(entry.Content), node.Info.Permissions, node.Info.UserId, node.Info.GroupId);
                }

                break;
            default:
                throw new InvalidOperationException($"The catalog entry {entry.Id} has no known action.");
        }
    }

    private static void RemoveAll(GuestStepContext context, IReadOnlyList<string> patterns, string secret, bool commit, IReadOnlyList<string> keep)
    {
        foreach (GuestNode node in Matches(context.Files, patterns, keep))
        {
            if (secret.Length > 0)
            {
                context.RemoveSecret(node, secret, commit);
            }
            else
            {
                context.Files.Remove(node.Path);
            }
        }
    }

    /// <summary>Removes links such as the hash name of a certificate that would dangle.</summary>
    private static void RemoveLinks(GuestStepContext context, IdentityEntry entry)
    {
        string[] names = [.. entry.Paths.Select(path => GuestPath.Parse(path).Name.ToString())];
        foreach (GuestNode link in context.Files.Glob(entry.LinksIn + "/*").Where(node => node.Info.Kind == NodeKind.SymbolicLink).ToArray())
        {
            string target = System.Text.Encoding.UTF8.GetString(link.Mount.FileSystem.ReadLink(link.Node));
            if (names.Contains(target[(target.LastIndexOf('/') + 1)..], StringComparer.Ordinal))
            {
                context.Files.Remove(link.Path);
            }
        }
    }

    private static GuestNode[] Matches(GuestTree files, IReadOnlyList<string> patterns, IReadOnlyList<string> keep) =>
        [.. patterns.SelectMany(files.Glob)
            .Where(node => !keep.Any(kept => FileSystemName.MatchesSimpleExpression(kept, node.Path.ToString(), ignoreCase: false)))
            .Where(node => node.Info.Kind != NodeKind.File || !SlotNames.IsPlaceholder(node))];
}
