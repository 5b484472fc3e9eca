using ImagePrep.Errors;
using ImagePrep.Guests;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Golden;

/// <summary>
/// Opens what was written as a stranger would, and compares: partition table, what GRUB loads, every file system's checksums and bitmaps,
/// every edited path, every slot. A golden image that fails is never named.
/// </summary>
internal sealed class GoldenCheck(GoldenParts parts, IBlockReader intended)
{
    private const string OurFault = "This is a fault of ImagePrep or of the storage below it; run again, and report it if it stays.";

    /// <summary>A base is not searched for all damage beforehand: that would read all its metadata twice.</summary>
    private const string PerhapsOfTheBase =
        "If e2fsck or fsck.fat finds that in the base too, repair it there. Otherwise it is a fault of ImagePrep or of the storage below it: run again, and report it if it stays.";

    /// <exception cref="VerificationException">The first difference that was found.</exception>
    public void Verify(string path)
    {
        using DiskImage written = DiskImage.Open(path, DiskFormat.Qcow2);
        Require(written.Length == intended.Length, $"the disk has {written.Length} bytes instead of {intended.Length}");
        DiskLayout layout = DiskLayout.Read(written);
        PartitionTable table = layout.Table;
        PartitionTable expected = parts.Disk.Table;
        Require(
            table.Partitions.Select(Place).SequenceEqual(expected.Partitions.Select(Place)) && table.DiskId == expected.DiskId,
            "the partition table differs from the planned one");
        foreach (PartitionContent content in layout.Contents.Where(content => content.FileSystem is not null))
        {
            CheckFileSystem(written, content);
        }

        if (parts.Grubs.FirstDamagedOn(written) is { } place)
        {
            Require(false, $"GRUB in {place} loads another core.img than from the base");
        }

        GuestTree files = new(layout.FindMounts());
        foreach (GuestChange change in parts.Outcomes.SelectMany(outcome => outcome.Outcome.Changes))
        {
            CheckChange(files, change.Path);
        }

        foreach (Slot slot in parts.Context.Slots)
        {
            CheckSlot(written, files, slot);
        }
    }

    private static (int Number, ByteRange Range, string Type, bool IsActive) Place(Partition partition) =>
        (partition.Number, partition.Range, partition.Type.Id, partition.IsActive);

    private static void CheckFileSystem(IBlockReader disk, PartitionContent content)
    {
        BlockSlice slice = new(disk, content.Partition.Range);
        IReadOnlyList<string> problems = FileSystemDriver.Find(slice)?.Verify(slice) ?? ["it is no longer recognised"];
        Require(problems.Count == 0, $"the file system of partition {content.Partition.Number} is not sound: {string.Join("; ", problems)}", PerhapsOfTheBase);
    }

    /// <summary>A changed path reads back as it was meant to be: absent, or the same kind, mode, owner and content.</summary>
    private void CheckChange(GuestTree written, GuestPath path)
    {
        bool wanted = parts.Disk.Files.TryFind(path, out GuestNode? meant, followLast: false);
        bool found = written.TryFind(path, out GuestNode? present, followLast: false);
        Require(wanted == found, $"{path} {(found ? "is still there" : "is missing")}");
        if (meant is null || present is null)
        {
            return;
        }

        NodeInfo left = meant.Info;
        NodeInfo right = present.Info;
        Require(
            (left.Kind, left.Permissions, left.UserId, left.GroupId, left.Size) == (right.Kind, right.Permissions, right.UserId, right.GroupId, right.Size),
            $"{path} has another kind, mode, owner or size than intended");
        bool same = left.Kind switch
        {
            NodeKind.File => GuestTree.ReadAll(meant).AsSpan().SequenceEqual(GuestTree.ReadAll(present)),
            NodeKind.SymbolicLink => meant.Mount.FileSystem.ReadLink(meant.Node).AsSpan().SequenceEqual(present.Mount.FileSystem.ReadLink(present.Node)),
            _ => true,
        };
        Require(same, $"{path} has another content than intended");
    }

    private static void CheckSlot(IBlockReader disk, GuestTree files, Slot slot)
    {
        byte[] content = new byte[slot.Placeholder.Length];
        int done = 0;
        foreach (ByteRange range in GuestTree.DiskRanges(files.Find(slot.Path)))
        {
            disk.ReadAt(range.Start, content.AsSpan(done, (int)range.Length));
            done += (int)range.Length;
        }

        Require(done == content.Length && content.AsSpan().SequenceEqual(slot.Placeholder), $"the slot {slot.Name} does not hold its placeholder");
    }

    private static void Require(bool good, string problem, string advice = OurFault)
    {
        if (!good)
        {
            throw new VerificationException($"The golden image was written but does not read back as intended, and was removed: {problem}. {advice}");
        }
    }
}
