using System.IO.Enumeration;

namespace ImagePrep.Guests;

/// <summary>Paths that somebody wants left alone. A pattern covers what it matches and all below that; '*' also stands for '/'.</summary>
public sealed class PathPatterns(IReadOnlyList<string> patterns)
{
    /// <param name="path">Absolute, as it prints.</param>
    public bool Cover(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        for (int end = path.Length; end > 0 && patterns.Count > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (Match(path.AsSpan(0, end)))
            {
                return true;
            }
        }

        return false;
    }

    public bool Cover(GuestPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return patterns.Count > 0 && Cover(path.ToString());
    }

    private bool Match(ReadOnlySpan<char> path)
    {
        foreach (string pattern in patterns)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}
