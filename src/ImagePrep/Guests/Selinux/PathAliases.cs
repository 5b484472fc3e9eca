namespace ImagePrep.Guests.Selinux;

/// <summary>
/// Paths that a policy labels as if they were others: file_contexts.subs_dist of the policy and file_contexts.subs of the administrator,
/// lines of an alias and the path it stands for.
/// </summary>
internal sealed class PathAliases
{
    private readonly IReadOnlyList<(string Alias, string Original)> _own;
    private readonly IReadOnlyList<(string Alias, string Original)> _distribution;

    public PathAliases(string own, string distribution)
    {
        _own = Parse(own);
        _distribution = Parse(distribution);
    }

    /// <summary>The administrator's alias first, then the policy's: one of each at most.</summary>
    public string Apply(string path) => Replace(Replace(path, _own), _distribution);

    /// <summary>The first line whose path starts this one, as whole parts, decides.</summary>
    private static string Replace(string path, IReadOnlyList<(string Alias, string Original)> aliases)
    {
        foreach ((string alias, string original) in aliases)
        {
            if (path.StartsWith(alias, StringComparison.Ordinal) && (path.Length == alias.Length || path[alias.Length] == '/'))
            {
                return original == "/" && path.Length > alias.Length ? path[alias.Length..] : original + path[alias.Length..];
            }
        }

        return path;
    }

    private static List<(string Alias, string Original)> Parse(string text)
    {
        List<(string Alias, string Original)> aliases = [];
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (fields is [string alias, string original, ..] && !alias.StartsWith('#'))
            {
                aliases.Add((alias, original));
            }
        }

        return aliases;
    }
}
