namespace ImagePrep.Guests;

/// <summary>Packages that dpkg holds as installed, with their versions.</summary>
public sealed class InstalledPackages
{
    private readonly Dictionary<string, string> _versions;

    private InstalledPackages(Dictionary<string, string> versions) => _versions = versions;

    public static InstalledPackages None { get; } = new([]);

    /// <summary>Reads /var/lib/dpkg/status: paragraphs of "Field: value" lines (deb-control(5)).</summary>
    public static InstalledPackages ParseDpkgStatus(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Dictionary<string, string> versions = new(StringComparer.Ordinal);
        string name = "";
        bool installed = false;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("Package: ", StringComparison.Ordinal))
            {
                name = line["Package: ".Length..].Trim().ToString();
            }
            else if (line.StartsWith("Status: ", StringComparison.Ordinal))
            {
                installed = line.TrimEnd().EndsWith(" installed", StringComparison.Ordinal);
            }
            else if (installed && line.StartsWith("Version: ", StringComparison.Ordinal))
            {
                versions[name] = line["Version: ".Length..].Trim().ToString();
            }
            else if (line.IsEmpty)
            {
                installed = false;
            }
        }

        return new InstalledPackages(versions);
    }

    public string? Version(string name) => _versions.GetValueOrDefault(name);
}
