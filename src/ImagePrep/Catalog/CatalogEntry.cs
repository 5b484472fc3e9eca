using ImagePrep.Catalog.Actions;

namespace ImagePrep.Catalog;

/// <summary>Something that clones of one image would share, or that would make keys too early, and what is done about it.</summary>
/// <param name="Id">Stable name, kebab-case, for recipes and reports.</param>
/// <param name="Rows">Rows of the inventory that it carries out.</param>
/// <param name="What">One line for people.</param>
/// <param name="When">Conditions, all of which must hold; see <see cref="Guests.GuestConditions"/>.</param>
/// <param name="Actions">What is done, in this order.</param>
/// <param name="Why">One sentence for reviewers.</param>
/// <param name="Source">Where the fact comes from.</param>
/// <param name="File">Name of the catalog file it stands in, without folder and extension.</param>
public sealed record CatalogEntry(
    string Id,
    IReadOnlyList<string> Rows,
    string What,
    IReadOnlyList<string> When,
    IReadOnlyList<CatalogAction> Actions,
    string Why,
    string Source,
    string File);
