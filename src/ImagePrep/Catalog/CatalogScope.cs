using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Catalog;

/// <summary>Where the actions of a catalog may reach in one guest: its files, without what is kept.</summary>
/// <param name="files">The guest's files.</param>
/// <param name="keptByRecipe">Patterns that the recipe keeps, whoever names them.</param>
/// <param name="keptByCatalog">Patterns that no pattern of the catalog takes; a path that an entry writes out is taken all the same.</param>
public sealed class CatalogScope(GuestTree files, IReadOnlyList<string> keptByRecipe, IReadOnlyList<string> keptByCatalog)
{
    /// <summary>How a pattern begins that is meant for the home folder of every account.</summary>
    public const string Home = "~/";

    private readonly PathPatterns _keptByRecipe = new(keptByRecipe);
    private readonly PathPatterns _keptByCatalog = new(keptByCatalog);
    private readonly Lazy<IReadOnlyList<GuestPath>> _homes = new(() => HomeFolders.Of(files));

    public GuestTree Files { get; } = files;

    /// <summary>What matches the patterns and may be taken, each node once: nothing that is kept, and no slot that holds its placeholder.</summary>
    public GuestNode[] Find(IEnumerable<string> patterns) => [.. patterns.SelectMany(Find).DistinctBy(node => node.Path)];

    /// <summary>Whether the recipe keeps it, or a folder that it lies in.</summary>
    public bool IsKept(GuestNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return _keptByRecipe.Cover(node.Path);
    }

    private IEnumerable<GuestNode> Find(string pattern)
    {
        bool writtenOut = pattern.AsSpan().IndexOfAny('*', '?') < 0;
        return Glob(pattern).Where(node =>
            !IsKept(node)
            && (writtenOut || !_keptByCatalog.Cover(node.Path))
            && (node.Info.Kind != NodeKind.File || !SlotNames.IsPlaceholder(node)));
    }

    private IEnumerable<GuestNode> Glob(string pattern) => pattern.StartsWith(Home, StringComparison.Ordinal)
        ? _homes.Value.SelectMany(home => Files.Glob(home, pattern[Home.Length..]))
        : Files.Glob(pattern);
}
