using System.IO.Enumeration;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Catalog;

/// <summary>Where the actions of a catalog may reach in one guest: its files, without what is kept.</summary>
/// <param name="files">The guest's files.</param>
/// <param name="keptByRecipe">Patterns that the recipe keeps, whoever names them; '*' also stands for '/'.</param>
/// <param name="keptByCatalog">Patterns that no pattern of the catalog takes; a path that an entry writes out is taken all the same.</param>
public sealed class CatalogScope(GuestTree files, IReadOnlyList<string> keptByRecipe, IReadOnlyList<string> keptByCatalog)
{
    public GuestTree Files { get; } = files;

    /// <summary>What matches the patterns and may be taken: nothing that is kept, and no slot that holds its placeholder.</summary>
    public GuestNode[] Find(IEnumerable<string> patterns) => [.. patterns.SelectMany(Find)];

    /// <summary>Whether the recipe keeps it.</summary>
    public bool IsKept(GuestNode node) => Matches(keptByRecipe, node);

    private IEnumerable<GuestNode> Find(string pattern)
    {
        bool writtenOut = pattern.AsSpan().IndexOfAny('*', '?') < 0;
        return Files.Glob(pattern).Where(node =>
            !IsKept(node)
            && (writtenOut || !Matches(keptByCatalog, node))
            && (node.Info.Kind != NodeKind.File || !SlotNames.IsPlaceholder(node)));
    }

    private static bool Matches(IReadOnlyList<string> patterns, GuestNode node) =>
        patterns.Count > 0 && patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, node.Path.ToString(), ignoreCase: false));
}
