using System.Text.RegularExpressions;

namespace ImagePrep.Catalog.KeyFormats;

/// <summary>
/// A regular expression that is made ready when it is first needed: making one takes longer than looking through a folder, and most guests hold
/// keys of few formats.
/// </summary>
/// <param name="pattern">As in the catalog; it runs in linear time, see <see cref="SafePattern"/>.</param>
public sealed class KeyExpression(string pattern)
{
    private readonly Lazy<Regex> _regex = new(() => SafePattern.Compile(pattern));

    public string Pattern { get; } = pattern;

    public bool IsMatch(string text) => _regex.Value.IsMatch(text);
}
