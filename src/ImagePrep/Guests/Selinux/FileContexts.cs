using System.Text.RegularExpressions;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests.Selinux;

/// <summary>
/// Which label the guest's policy gives to a path: the file_contexts of a policy, read as libselinux reads them (file_contexts(5),
/// selabel_file(5)). The last rule that matches wins; rules without wildcards come after all that have some.
/// </summary>
internal sealed class FileContexts
{
    private const string NoLabel = "<<none>>";

    /// <summary>Patterns come from the image: the engine without backtracking cannot be made to take exponential time.</summary>
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    /// <summary>The last rule first: the first that matches decides.</summary>
    private readonly IReadOnlyList<Rule> _rules;
    private readonly PathAliases _aliases;

    private FileContexts(IReadOnlyList<Rule> rules, PathAliases aliases)
    {
        _rules = rules;
        _aliases = aliases;
    }

    /// <param name="files">Contents of file_contexts, file_contexts.homedirs and file_contexts.local, in this order; a missing one is empty.</param>
    /// <param name="aliases">Paths that are labelled as others are.</param>
    public static FileContexts Parse(IEnumerable<string> files, PathAliases aliases)
    {
        Rule[] rules = [.. files.SelectMany(text => text.Split('\n')).Select(Rule.Parse).OfType<Rule>()];
        return new FileContexts([.. rules.Where(rule => rule.IsExact).Reverse(), .. rules.Where(rule => !rule.IsExact).Reverse()], aliases);
    }

    /// <summary>The label, such as "system_u:object_r:etc_t:s0"; null when the policy gives none.</summary>
    public string? Find(string path, NodeKind kind)
    {
        string aliased = _aliases.Apply(path);
        return _rules.FirstOrDefault(rule => rule.Matches(aliased, kind)) is { Context: not NoLabel } found ? found.Context : null;
    }

    /// <summary>One line: a pattern for the whole path, perhaps the kind of file, and the label.</summary>
    private sealed class Rule
    {
        private readonly string _pattern;
        private readonly NodeKind? _kind;
        private readonly string _stem;
        private readonly Lazy<Regex?> _expression;

        private Rule(string pattern, NodeKind? kind, string context)
        {
            _pattern = pattern;
            _kind = kind;
            _stem = StemOf(pattern, out bool isExact);
            IsExact = isExact;
            Context = context;
            _expression = new Lazy<Regex?>(Compile);
        }

        public bool IsExact { get; }

        public string Context { get; }

        public static Rule? Parse(string line)
        {
            string[] fields = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (fields is [] || fields[0].StartsWith('#'))
            {
                return null;
            }

            return fields switch
            {
                [string pattern, string context] => new Rule(pattern, null, context),
                [string pattern, string type, string context] when KindOf(type) is { } kind => new Rule(pattern, kind, context),

                // As libselinux does: a line that says nothing it knows is left out.
                _ => null,
            };
        }

        public bool Matches(string path, NodeKind kind) =>
            (_kind is null || _kind == kind)
            && path.StartsWith(_stem, StringComparison.Ordinal)
            && (IsExact ? path.Length == _stem.Length : _expression.Value?.IsMatch(path) == true);

        private static NodeKind? KindOf(string type) => type switch
        {
            "--" => NodeKind.File,
            "-d" => NodeKind.Directory,
            "-l" => NodeKind.SymbolicLink,
            "-c" => NodeKind.CharacterDevice,
            "-b" => NodeKind.BlockDevice,
            "-p" => NodeKind.Fifo,
            "-s" => NodeKind.Socket,
            _ => null,
        };

        /// <summary>
        /// The text every matching path starts with. A policy has thousands of patterns; this leaves a handful to compile. A character that the
        /// next one makes optional or repeats is not part of it.
        /// </summary>
        private static string StemOf(string pattern, out bool isExact)
        {
            System.Text.StringBuilder stem = new();
            int i = 0;
            while (i < pattern.Length && ".^$?*+|[({".IndexOf(pattern[i], StringComparison.Ordinal) < 0)
            {
                if (pattern[i] == '\\')
                {
                    // An escaped letter is a class of characters (\d, \w), an escaped sign is itself.
                    if (i + 1 >= pattern.Length || char.IsAsciiLetterOrDigit(pattern[i + 1]))
                    {
                        break;
                    }

                    i++;
                }

                stem.Append(pattern[i]);
                i++;
            }

            isExact = i == pattern.Length;
            if (!isExact && stem.Length > 0 && "?*{".Contains(pattern[i], StringComparison.Ordinal))
            {
                stem.Length--;
            }

            // With alternatives at the top, a path may start with any of them.
            return !isExact && pattern.Contains('|', StringComparison.Ordinal) && !InsideGroup(pattern) ? "" : stem.ToString();
        }

        private static bool InsideGroup(string pattern)
        {
            int depth = 0;
            foreach (char character in pattern)
            {
                depth += character == '(' ? 1 : character == ')' ? -1 : 0;
                if (character == '|' && depth == 0)
                {
                    return false;
                }
            }

            return true;
        }

        private Regex? Compile()
        {
            try
            {
                return new Regex($@"\A(?:{_pattern})\z", Options);
            }
            catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
            {
                // Some released policies hold an invalid pattern (RHEL 6.2 to 6.5); libselinux passes over it, too.
                return null;
            }
        }
    }
}
