namespace ImagePrep.Catalog;

public enum IdentityAction
{
    /// <summary>Remove the path, a directory with all it holds.</summary>
    Remove,

    /// <summary>Keep the file, emptied: a missing file would mean something else to the guest.</summary>
    Truncate,

    /// <summary>Replace the content by <see cref="IdentityEntry.Content"/>.</summary>
    Rewrite,
}

/// <summary>Something that clones of one image would share and must not.</summary>
/// <param name="Id">Stable name, for recipes and reports.</param>
/// <param name="Paths">Guest paths; '*' and '?' may stand in a name.</param>
/// <param name="Action">What is done with what is found.</param>
/// <param name="Secret">Kind of secret, recorded in reports; empty for an identity that is no secret.</param>
/// <param name="Commit">Whether a commitment is recorded: not where the content could be guessed and so confirmed.</param>
/// <param name="Content">For <see cref="IdentityAction.Rewrite"/>.</param>
/// <param name="LinksIn">A folder whose links to a removed path are removed too; empty for none.</param>
/// <param name="Why">One sentence for reviewers.</param>
/// <param name="Source">Where the fact comes from.</param>
public sealed record IdentityEntry(
    string Id,
    IReadOnlyList<string> Paths,
    IdentityAction Action,
    string Secret,
    bool Commit,
    string Content,
    string LinksIn,
    string Why,
    string Source);
