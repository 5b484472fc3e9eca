using System.Text;
using ImagePrep.Guests;
using ImagePrep.Steps;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Catalog.Actions;

/// <summary>Removes files, links and folders with all they hold.</summary>
/// <param name="Patterns">Guest paths; '*' and '?' stand in a name. A link is removed itself, never what it points to.</param>
/// <param name="Secret">What kind of secret it is, recorded for each file.</param>
/// <param name="LinksIn">A folder whose links to a removed path are removed too, such as the hash names of certificates; empty for none.</param>
public sealed record RemoveAction(IReadOnlyList<string> Patterns, SecretKind Secret, string LinksIn) : CatalogAction
{
    public override CatalogStage Stage => CatalogStage.Clean;

    public override string Describe() => "removes " + Code(Patterns);

    /// <summary>An empty folder is nobody's identity.</summary>
    public override IEnumerable<string> Pending(CatalogScope scope) => scope.Find(Patterns)
        .Where(node => node.Info.Kind != NodeKind.Directory || node.Mount.FileSystem.List(node.Node).Any())
        .Select(node => node.Path.ToString());

    public override void Apply(CatalogScope scope, GuestStepContext context)
    {
        foreach (GuestNode node in scope.Find(Patterns))
        {
            context.RemoveTree(node, scope, Secret);
        }

        if (LinksIn.Length > 0)
        {
            RemoveLinks(context.Files);
        }
    }

    private void RemoveLinks(GuestEditor files)
    {
        string[] names = [.. Patterns.Select(path => path[(path.LastIndexOf('/') + 1)..])];
        foreach (GuestNode link in files.Glob(LinksIn + "/*").Where(node => node.Info.Kind == NodeKind.SymbolicLink).ToArray())
        {
            string target = Encoding.UTF8.GetString(link.Mount.FileSystem.ReadLink(link.Node));
            if (names.Contains(target[(target.LastIndexOf('/') + 1)..], StringComparer.Ordinal))
            {
                files.Remove(link.Path);
            }
        }
    }
}
