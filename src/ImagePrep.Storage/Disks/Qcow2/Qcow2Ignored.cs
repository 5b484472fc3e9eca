using System.Buffers.Binary;
using System.Numerics;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>
/// What an image holds besides its active state. Reading may leave it out; a copy will not have it, so the user is told. None of it is parsed
/// further than to count it.
/// </summary>
internal static class Qcow2Ignored
{
    private const ulong BitmapsAreConsistent = 1;

    /// <summary>Says that an external data file can be read as raw; images with such files are refused.</summary>
    private const ulong RawExternal = 2;

    public static IReadOnlyList<string> In(Qcow2Head head)
    {
        List<string> notes = [];
        if (head.Header.SnapshotCount > 0)
        {
            notes.Add($"{Count(head.Header.SnapshotCount, "internal snapshot")} ignored: the active state of the disk is read");
        }

        bool consistent = (head.Header.AutoclearFeatures & BitmapsAreConsistent) != 0;
        if (head.Find(Qcow2HeaderExtension.Bitmaps)?.Data is { Length: >= sizeof(uint) } bitmaps)
        {
            notes.Add($"{Count(BinaryPrimitives.ReadUInt32BigEndian(bitmaps), "persistent bitmap")} ignored{(consistent ? "" : " (and out of date)")}");
        }

        ulong unknown = head.Header.AutoclearFeatures & ~(BitmapsAreConsistent | RawExternal);
        for (; unknown != 0; unknown &= unknown - 1)
        {
            notes.Add($"the unknown auto-clear feature {BitOperations.TrailingZeroCount(unknown)} is ignored");
        }

        foreach (Qcow2HeaderExtension extension in head.Extensions.Where(extension => !extension.IsKnown))
        {
            notes.Add($"the unknown header extension 0x{extension.Type:x8} is ignored");
        }

        return notes;
    }

    private static string Count(long number, string what) => number == 1 ? $"1 {what} is" : $"{number} {what}s are";
}
