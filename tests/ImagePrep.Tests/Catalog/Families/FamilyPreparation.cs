using ImagePrep.Catalog;
using ImagePrep.Guests;
using ImagePrep.Recipes;
using ImagePrep.Steps;
using ImagePrep.Steps.AddNodeEntropy;
using ImagePrep.Templates;

namespace ImagePrep.Tests.Catalog.Families;

/// <summary>What the generic recipe does to a family's guest, as lines that can be kept in a file.</summary>
internal static class FamilyPreparation
{
    private static readonly Recipe Generic = RecipeReader.Read("name: generic\nsteps: { reset-identity: {}, remove-keygen: {}, add-node-entropy: {} }", "generic");

    /// <summary>
    /// Prepares the guest. The lines: "-" and "+" for what left and came into the tree, "secret" for what is recorded as taken out, "report" for what
    /// stays. What templates place, and the folders it is placed in, is left out: it is the same for each init and has its own tests.
    /// </summary>
    public static IReadOnlyList<string> Run(FamilyTree tree, GuestCatalog catalog)
    {
        IReadOnlyList<string> before = tree.Dump();
        GuestEditor files = new(tree.Mounts);
        Guest guest = GuestFinder.Describe(files);
        GuestStepContext context = new(files, guest, catalog);
        foreach (RecipeStep step in Generic.Steps)
        {
            ((IGuestStep)step.Step).Apply(context, step.Options);
        }

        IReadOnlyList<string> after = tree.Dump();
        HashSet<string> placed = [.. Placed(files, guest)];
        return
        [
            .. before.Except(after).Where(line => !placed.Contains(PathOf(line))).Select(line => "- " + line),
            .. after.Except(before).Where(line => !placed.Contains(PathOf(line)) && !PathOf(line).EndsWith('/')).Select(line => "+ " + line),
            .. context.RemovedSecrets.Select(secret => $"secret {secret.Kind} {secret.Path}"),
            .. context.Reported.Select(item => $"report {item.Id} {item.Path}"),
        ];
    }

    private static IEnumerable<string> Placed(GuestEditor files, Guest guest)
    {
        yield return KeygenSettings.Path;
        foreach (TemplateEntry entry in TemplateManifest.Of(guest.Init.Name).Entries)
        {
            // Where links such as /usr/sbin of Arch lead.
            yield return files.TryFind(entry.Path, out GuestNode? node, followLast: false) ? node.Path.ToString() : entry.Path.ToString();
        }
    }

    private static string PathOf(string line) => line.Split(' ')[0];
}
