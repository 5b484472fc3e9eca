namespace ImagePrep.Catalog.Actions;

/// <summary>Replaces the content of files that are there: with a text that makes their owner generate anew.</summary>
/// <param name="Patterns">Guest paths; '*' and '?' stand in a name.</param>
/// <param name="Content">The whole new content.</param>
public sealed record RewriteAction(IReadOnlyList<string> Patterns, string Content) : EditAction(Patterns)
{
    public override CatalogStage Stage => CatalogStage.Clean;

    public override string Describe() => $"writes `{Content.TrimEnd('\n')}` into " + Code(Patterns);

    protected override string Edit(string text) => Content;
}
