namespace ImagePrep.Guests;

/// <summary>One line of /etc/fstab (fstab(5)).</summary>
/// <param name="Source">Device as written: "UUID=…", "LABEL=…", "PARTUUID=…", "/dev/sda1".</param>
/// <param name="Point">Mount point as written; "none" for swap.</param>
/// <param name="Type">File system type as written.</param>
public sealed record FileSystemTableEntry(string Source, string Point, string Type)
{
    /// <summary>True for a source that goes by device order, which another controller or disk changes.</summary>
    public bool GoesByDeviceOrder => Source.StartsWith("/dev/", StringComparison.Ordinal) && !Source.StartsWith("/dev/disk/", StringComparison.Ordinal)
        && !Source.StartsWith("/dev/mapper/", StringComparison.Ordinal);
}

/// <summary>The guest's /etc/fstab.</summary>
public static class FileSystemTable
{
    public static IReadOnlyList<FileSystemTableEntry> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<FileSystemTableEntry> entries = [];
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (fields.Length >= 3 && !fields[0].StartsWith('#'))
            {
                entries.Add(new FileSystemTableEntry(Unescape(fields[0].Replace("\"", "", StringComparison.Ordinal)), Unescape(fields[1]), fields[2]));
            }
        }

        return entries;
    }

    /// <summary>Blanks in labels and mount points are written as \040 (fstab(5)).</summary>
    private static string Unescape(string field) => field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal);
}
