using System.Text.RegularExpressions;

namespace ImagePrep.Catalog.Actions;

/// <summary>Takes lines out of text files that are there.</summary>
/// <param name="Patterns">Guest paths; '*' and '?' stand in a name.</param>
/// <param name="Match">Regular expression, looked for in each line.</param>
public sealed record DropLinesAction(IReadOnlyList<string> Patterns, string Match) : EditAction(Patterns)
{
    public override CatalogStage Stage => CatalogStage.Clean;

    public override string Describe() => $"takes lines that match `{Match}` out of " + Code(Patterns);

    protected override string Edit(string text)
    {
        Regex match = SafePattern.Compile(Match);
        return string.Join('\n', text.Split('\n').Where(line => !match.IsMatch(line)));
    }
}
