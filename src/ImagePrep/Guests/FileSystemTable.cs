namespace ImagePrep.Guests;

/// <summary>One line of /etc/fstab (fstab(5)).</summary>
/// <param name="Source">Device as written: "UUID=…", "LABEL=…", "PARTUUID=…", "/dev/sda1".</param>
/// <param name="Point">Mount point as written; "none" for swap.</param>
/// <param name="Type">File system type as written.</param>
/// <param name="Line">Where it is in the file, from 1.</param>
public sealed record FileSystemTableEntry(string Source, string Point, string Type, int Line);

/// <summary>The guest's /etc/fstab.</summary>
public static class FileSystemTable
{
    /// <summary>The table of a guest; empty when it has none.</summary>
    public static IReadOnlyList<FileSystemTableEntry> Of(GuestTree files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return Parse(files.ReadText("/etc/fstab") ?? "");
    }

    public static IReadOnlyList<FileSystemTableEntry> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<FileSystemTableEntry> entries = [];
        foreach ((int index, string line) in text.Split('\n').Index())
        {
            string[] fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (fields.Length >= 3 && !fields[0].StartsWith('#'))
            {
                entries.Add(new FileSystemTableEntry(Unescape(fields[0].Replace("\"", "", StringComparison.Ordinal)), Unescape(fields[1]), fields[2], index + 1));
            }
        }

        return entries;
    }

    /// <summary>Blanks in labels and mount points are written as \040 (fstab(5)).</summary>
    private static string Unescape(string field) => field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal);
}
