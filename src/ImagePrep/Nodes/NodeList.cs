using System.Text.RegularExpressions;
using ImagePrep.Errors;

namespace ImagePrep.Nodes;

/// <summary>
/// Reads the list of nodes: CSV with a header line. Columns: name (required), mac (several separated by ';'), uuid, machine-id, and any number of
/// site-… columns that reach the node as SITE_… keys. Lines that start with '#' and empty lines are skipped. All problems are reported at once.
/// </summary>
public static partial class NodeList
{
    /// <summary>A batch is bounded so that a wrong file cannot fill a disk; larger fleets are stamped in several batches.</summary>
    public const int MaxNodes = 100_000;

    /// <summary>Site values share the 4,096 bytes of the node slot.</summary>
    private const int MaxSiteValue = 256;

    private const string SitePrefix = "site-";

    private static readonly string NullMachineId = new('0', 32);

    private static readonly string[] KnownColumns = ["name", "mac", "uuid", "machine-id"];

    /// <summary>Nodes named node-1 … node-N, zero-padded so that they sort.</summary>
    public static IReadOnlyList<NodeSpec> Count(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxNodes);
        int width = count.ToString().Length;
        return [.. Enumerable.Range(1, count).Select(number => new NodeSpec($"node-{number.ToString().PadLeft(width, '0')}", [], "", "", []))];
    }

    /// <exception cref="RecipeException">All that is wrong with the list.</exception>
    public static IReadOnlyList<NodeSpec> Parse(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        Reading reading = new();
        IReadOnlyList<NodeSpec> nodes = reading.Lines(text.Split('\n'));
        return reading.Problems.Count == 0 ? nodes : throw new RecipeException(source, reading.Problems);
    }

    // RFC 1123 labels, as Linux and DNS accept them; NonBacktracking since the list may be anybody's.
    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex HostName();

    [GeneratedRegex("^[0-9a-f]{2}(:[0-9a-f]{2}){5}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Mac();

    [GeneratedRegex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Uuid();

    [GeneratedRegex("^[0-9a-f]{32}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex MachineId();

    [GeneratedRegex("^site-[a-z0-9-]{1,32}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SiteColumn();

    private sealed class Reading
    {
        private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _machineIds = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _macs = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _uuids = new(StringComparer.Ordinal);

        public List<RecipeProblem> Problems { get; } = [];

        public IReadOnlyList<NodeSpec> Lines(string[] lines)
        {
            string[]? header = null;
            List<NodeSpec> nodes = [];
            for (int i = 0; i < lines.Length; i++)
            {
                string line = lines[i].Trim();
                if (line.Length == 0 || line[0] == '#')
                {
                    continue;
                }

                string[] fields = [.. line.Split(',').Select(field => field.Trim())];
                if (header is null)
                {
                    header = Header(fields, i + 1);
                    continue;
                }

                if (fields.Length != header.Length)
                {
                    Report(i + 1, "line", $"has {fields.Length} fields, the header has {header.Length}");
                    continue;
                }

                nodes.Add(Node(header, fields, i + 1));
                if (nodes.Count > MaxNodes)
                {
                    Report(i + 1, "list", $"has more than {MaxNodes} nodes; stamp them in several batches");
                    break;
                }
            }

            if (header is null || (nodes.Count == 0 && Problems.Count == 0))
            {
                Report(1, "list", "is empty: a header line such as 'name,mac,uuid' and one line for each node are needed");
            }

            return nodes;
        }

        private string[] Header(string[] columns, int line)
        {
            foreach (string column in columns.Where(column => !KnownColumns.Contains(column, StringComparer.Ordinal) && !SiteColumn().IsMatch(column)))
            {
                Report(line, "header", $"'{column}' is not a column; there are {string.Join(", ", KnownColumns)} and {SitePrefix}…");
            }

            if (!columns.Contains("name", StringComparer.Ordinal))
            {
                Report(line, "header", "has no column 'name'");
            }

            if (columns.Distinct(StringComparer.Ordinal).Count() != columns.Length)
            {
                Report(line, "header", "names a column twice");
            }

            return columns;
        }

        private NodeSpec Node(string[] header, string[] fields, int line)
        {
            string Field(string column) => Array.IndexOf(header, column) is >= 0 and int index ? fields[index] : "";

            string name = Field("name");
            Check(line, "name", name.Length <= 64 && HostName().IsMatch(name), $"'{name}' is not a host name (a-z, 0-9, '-', '.', at most 64 bytes)");
            Unique(_names, line, "name", name);
            string[] macs = [.. Field("mac").ToLowerInvariant().Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
            foreach (string mac in macs)
            {
                Check(line, "mac", Mac().IsMatch(mac), $"'{mac}' is not a MAC address such as 52:54:00:12:34:56");
                Unique(_macs, line, "mac", mac);
            }

            string uuid = Field("uuid").ToLowerInvariant();
            Check(line, "uuid", uuid.Length == 0 || Uuid().IsMatch(uuid), $"'{uuid}' is not a UUID");
            Unique(_uuids, line, "uuid", uuid);
            string machineId = Field("machine-id").ToLowerInvariant();
            Check(line, "machine-id", machineId.Length == 0 || MachineId().IsMatch(machineId), $"'{machineId}' is not 32 hexadecimal digits");
            Check(line, "machine-id", machineId != NullMachineId, "is all zeros: systemd takes that for none and makes another, which nobody committed to");
            Unique(_machineIds, line, "machine-id", machineId);

            List<KeyValuePair<string, string>> site = [];
            foreach (string column in header.Where(column => column.StartsWith(SitePrefix, StringComparison.Ordinal)))
            {
                string value = Field(column);
                bool printable = value.All(c => c is >= ' ' and <= '~' and not '"' and not '\\' and not '$' and not '`');
                Check(line, column, value.Length <= MaxSiteValue && printable, $"holds at most {MaxSiteValue} printable ASCII characters, none of \" \\ $ `");
                site.Add(new("SITE_" + column[SitePrefix.Length..].ToUpperInvariant().Replace('-', '_'), value));
            }

            return new NodeSpec(name, macs, uuid, machineId, site);
        }

        private void Unique(Dictionary<string, int> seen, int line, string what, string value)
        {
            if (value.Length > 0 && !seen.TryAdd(value, line))
            {
                Report(line, what, $"'{value}' was already given in line {seen[value]}; no two nodes share one");
            }
        }

        private void Check(int line, string what, bool good, string problem)
        {
            if (!good)
            {
                Report(line, what, problem);
            }
        }

        private void Report(int line, string what, string text) => Problems.Add(new RecipeProblem(what, line, text));
    }
}
