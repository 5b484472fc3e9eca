using ImagePrep.Storage.Errors;

namespace ImagePrep.Guests;

/// <summary>What /etc/os-release says (os-release(5)), made printable: reports and terminals show it.</summary>
/// <param name="Id">ID, such as "debian".</param>
/// <param name="VersionId">VERSION_ID, such as "12"; empty on rolling distributions.</param>
/// <param name="PrettyName">PRETTY_NAME, for people.</param>
public sealed record OsRelease(string Id, string VersionId, string PrettyName)
{
    public static OsRelease Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
            {
                values[line[..equals]] = PrintableText.From(line[(equals + 1)..].Trim('"', '\''));
            }
        }

        return new OsRelease(
            values.GetValueOrDefault("ID", "linux"),
            values.GetValueOrDefault("VERSION_ID", ""),
            values.GetValueOrDefault("PRETTY_NAME", "Linux"));
    }

    /// <summary>What the guest says of itself; before os-release there was, on the Red Hat side, one line such as "CentOS release 6.10 (Final)".</summary>
    public static OsRelease Of(GuestTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if ((tree.ReadText("/etc/os-release") ?? tree.ReadText("/usr/lib/os-release")) is { } text)
        {
            return Parse(text);
        }

        string line = PrintableText.From((tree.ReadText("/etc/redhat-release") ?? "").Split('\n')[0].Trim());
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int release = Array.IndexOf(words, "release");
        return release < 1 || release + 1 >= words.Length
            ? Parse("")
            : new OsRelease(line.StartsWith("Red Hat", StringComparison.Ordinal) ? "rhel" : words[0].ToLowerInvariant(), words[release + 1], line);
    }
}
