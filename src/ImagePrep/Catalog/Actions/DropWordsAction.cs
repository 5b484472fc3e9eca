using System.Text.RegularExpressions;

namespace ImagePrep.Catalog.Actions;

/// <summary>Takes words out of files that hold one line of words, such as a kernel command line.</summary>
/// <param name="Patterns">Guest paths; '*' and '?' stand in a name.</param>
/// <param name="Match">Regular expression that a whole word must match.</param>
public sealed record DropWordsAction(IReadOnlyList<string> Patterns, string Match) : EditAction(Patterns)
{
    public override CatalogStage Stage => CatalogStage.Configure;

    public override string Describe() => $"takes words that match `{Match}` out of " + Code(Patterns);

    protected override string Edit(string text)
    {
        Regex match = SafePattern.Compile($@"\A(?:{Match})\z");
        return string.Join('\n', text.Split('\n').Select(line =>
        {
            string[] words = line.Split(' ');
            string[] kept = [.. words.Where(word => !match.IsMatch(word.TrimEnd('\r')))];
            return kept.Length == words.Length ? line : string.Join(' ', kept);
        }));
    }
}
