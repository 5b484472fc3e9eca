using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Journal;

/// <summary>What e2fsck makes of a journal, as the judge of ours.</summary>
internal static class E2fsckReplay
{
    /// <summary>
    /// Blocks that differ, but for what e2fsck stamps into the superblock: times, counts of its own, and with them the checksum.
    /// </summary>
    public static IReadOnlyList<string> Differences(byte[] ours, string dirty, ScratchFolder scratch)
    {
        string path = scratch.File("replayed-by-e2fsck.img");
        File.Copy(dirty, path);
        OutsideTool.Run("e2fsck", "-E", "journal_only", "-y", path).ExitCode.ShouldBeLessThanOrEqualTo(1);
        byte[] theirs = File.ReadAllBytes(path);
        (int Offset, int Length)[] stamps = [(0x2C, 8), (0x34, 2), (0x40, 4), (0x178, 8), (0x274, 8), (Superblock.Offsets.Checksum, 4)];
        foreach ((int offset, int length) in stamps)
        {
            theirs.AsSpan((int)Superblock.Location + offset, length).CopyTo(ours.AsSpan((int)Superblock.Location + offset));
        }

        return [.. Enumerable.Range(0, theirs.Length / 1024)
            .Where(block => !theirs.AsSpan(block * 1024, 1024).SequenceEqual(ours.AsSpan(block * 1024, 1024)))
            .Select(block => $"KiB {block}: {FirstDifference(theirs, ours, block * 1024)}")];
    }

    private static string FirstDifference(byte[] theirs, byte[] ours, int from)
    {
        int at = from + theirs.AsSpan(from).CommonPrefixLength(ours.AsSpan(from));
        return $"byte 0x{at - from:x}, theirs {Convert.ToHexString(theirs, at, 8)}, ours {Convert.ToHexString(ours, at, 8)}";
    }
}
