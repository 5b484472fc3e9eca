using System.Security.Cryptography;
using System.Text;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Provenance;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Templates;

namespace ImagePrep.Steps;

/// <summary>
/// A secret that was taken out of the image: where it was, what it was, and a commitment to it; never the secret. No commitment where the content could
/// be guessed.
/// </summary>
public sealed record RemovedSecret(string Path, string Kind, string Commitment);

/// <summary>What a guest step works on, and where it leaves its findings.</summary>
public sealed class GuestStepContext(GuestEditor files, Guest guest)
{
    private readonly List<RemovedSecret> _removedSecrets = [];
    private readonly List<Slot> _slots = [];

    public GuestEditor Files { get; } = files;

    public Guest Guest { get; } = guest;

    public IReadOnlyList<RemovedSecret> RemovedSecrets => _removedSecrets;

    /// <summary>Slots placed so far, in order.</summary>
    public IReadOnlyList<Slot> Slots => _slots;

    /// <summary>Removes a path, a folder with all it holds; each file in it is first recorded as a secret of this kind.</summary>
    public void RemoveSecret(GuestNode node, string kind, bool commit)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.Info.Kind == NodeKind.Directory)
        {
            foreach (DirectoryEntry entry in node.Mount.FileSystem.List(node.Node).ToArray())
            {
                RemoveSecret(Files.Find(node.Path / entry.Name, followLast: false), kind, commit);
            }
        }
        else if (node.Info.Kind == NodeKind.File)
        {
            byte[] content = GuestTree.ReadAll(node);
            string commitment = commit && content.Length >= Commitment.MinSecretBytes ? Commitment.Of(kind, content) : "";
            CryptographicOperations.ZeroMemory(content);
            _removedSecrets.Add(new RemovedSecret(node.Path.ToString(), kind, commitment));
        }

        Files.Remove(node.Path);
    }

    /// <summary>Places what the manifest of the guest's init system lists for a step, where its conditions hold.</summary>
    public void PlaceTemplates(string step, bool keysOnCommand)
    {
        TemplateConditions conditions = new(Files, keysOnCommand);
        foreach (TemplateEntry entry in TemplateManifest.Systemd.Entries.Where(entry => entry.Step == step && conditions.Hold(entry)))
        {
            if (entry.Link.Length > 0)
            {
                Files.PutLink(entry.Path, entry.Link);
                continue;
            }

            Files.PutFile(entry.Path, entry.Content, entry.Permissions);
            if (entry.Attribute.Length > 0)
            {
                int equals = entry.Attribute.IndexOf('=', StringComparison.Ordinal);
                Files.PutAttribute(entry.Path, entry.Attribute[..equals], Encoding.ASCII.GetBytes(entry.Attribute[(equals + 1)..]));
            }

            if (entry.Slot.Length > 0)
            {
                _slots.Add(new Slot(entry.Slot, Files.Find(entry.Path).Path, entry.Content));
            }
        }
    }
}
