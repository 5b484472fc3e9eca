using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace ImagePrep.Catalog.Actions;

/// <summary>
/// Takes words out of text files, such as arguments of a kernel command line. Blanks and quotes divide words, so that an argument is found in a
/// boot menu and inside a quoted setting as well; a quoted value behind the '=' of a word goes with it.
/// </summary>
/// <param name="Patterns">Guest paths; '*' and '?' stand in a name.</param>
/// <param name="Match">Regular expression that a whole word must match.</param>
public sealed record DropWordsAction(IReadOnlyList<string> Patterns, string Match) : EditAction(Patterns)
{
    private static readonly SearchValues<char> Dividers = SearchValues.Create(" \t\r\n\"'");

    public override CatalogStage Stage => CatalogStage.Configure;

    public override string Describe() => $"takes words that match `{Match}` out of " + Code(Patterns);

    protected override string Edit(string text)
    {
        Regex match = SafePattern.Compile($@"\A(?:{Match})\z");
        StringBuilder kept = new(text.Length);
        for (int at = 0; at < text.Length;)
        {
            int length = text.AsSpan(at).IndexOfAny(Dividers);
            int end = length < 0 ? text.Length : at + length;
            if (end > at && match.IsMatch(text[at..end]))
            {
                at = SkipBlank(text, EndOfValue(text, end), kept);
                continue;
            }

            end = Math.Min(end + 1, text.Length);
            kept.Append(text, at, end - at);
            at = end;
        }

        return kept.ToString();
    }

    /// <summary>Behind the quoted value of a word that ends with '='; the word's own end where it has none.</summary>
    private static int EndOfValue(string text, int end)
    {
        if (text[end - 1] != '=' || end == text.Length || text[end] is not ('"' or '\''))
        {
            return end;
        }

        int close = text.IndexOfAny([text[end], '\n'], end + 1);
        return close >= 0 && text[close] == text[end] ? close + 1 : end;
    }

    /// <summary>One of the two blanks around a dropped word goes with it: the one before it, or at the start the one behind it.</summary>
    private static int SkipBlank(string text, int end, StringBuilder kept)
    {
        if (kept.Length > 0 && kept[^1] is ' ' or '\t')
        {
            kept.Length--;
            return end;
        }

        return end < text.Length && text[end] is ' ' or '\t' ? end + 1 : end;
    }
}
