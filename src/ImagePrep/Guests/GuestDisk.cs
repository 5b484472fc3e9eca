using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Swap;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Guests;

/// <summary>A disk with a guest on it, opened to edit: all changes stay in memory, over a disk that is only read.</summary>
public sealed class GuestDisk
{
    private GuestDisk(OverlayDevice device, PartitionTable table, IReadOnlyList<PartitionContent> contents, GuestEditor files, Guest guest)
    {
        Device = device;
        Table = table;
        Contents = contents;
        Files = files;
        Guest = guest;
    }

    public OverlayDevice Device { get; }

    public PartitionTable Table { get; }

    public IReadOnlyList<PartitionContent> Contents { get; }

    public GuestEditor Files { get; }

    public Guest Guest { get; }

    /// <param name="disk">The disk, realigned or not.</param>
    /// <param name="table">Its partition table.</param>
    /// <param name="writeTime">What edited inodes and superblocks carry as their time.</param>
    public static GuestDisk Open(IBlockReader disk, PartitionTable table, UnixTime writeTime)
    {
        OverlayDevice device = new(disk);
        IReadOnlyList<PartitionContent> contents = PartitionContent.Edit(device, table, writeTime);
        GuestEditor files = new(new DiskLayout(table, contents).FindMounts());
        return new GuestDisk(device, table, contents, files, GuestFinder.Describe(files));
    }

    /// <summary>
    /// Zeroes what deleting left inside structures that stay in use, and lists what else means nothing: free blocks, emptied journals, what was
    /// swapped out, what lies between partitions and behind file systems. The last edit of a disk: nothing may be deleted behind it.
    /// </summary>
    /// <param name="bootGap">What no boot loader needs of the run before the first partition.</param>
    /// <param name="loaded">What a boot loader reads by sector, and so needs wherever it lies.</param>
    public DiskErasure Erase(IReadOnlyList<ByteRange> bootGap, IReadOnlyList<ByteRange> loaded)
    {
        ArgumentNullException.ThrowIfNull(bootGap);
        ArgumentNullException.ThrowIfNull(loaded);
        EraseTable();
        ILookup<int, ByteRange> swapFiles = SwapFiles.Content(Files).ToLookup(piece => piece.PartitionNumber, piece => piece.Range);
        List<PartitionErasure> partitions = [];
        List<ByteRange> unused = [.. bootGap.Concat(Table.UnclaimedRanges).SelectMany(range => range.Without(loaded))];
        long unclaimed = unused.Sum(range => range.Length);
        foreach (PartitionContent content in Contents)
        {
            ErasedLeftovers leftovers = content.Editor?.EraseLeftovers() ?? default;
            content.Editor?.Flush();
            ByteRange[] ranges = [.. UnusedRanges(content).Concat(swapFiles[content.Partition.Number]).SelectMany(range => range.Without(loaded))];
            unused.AddRange(ranges);
            if (ranges.Length > 0)
            {
                partitions.Add(new PartitionErasure(content.Partition.Number, ranges.Sum(range => range.Length), leftovers));
            }
        }

        return new DiskErasure(unclaimed, partitions, unused);
    }

    private void EraseTable()
    {
        foreach ((TableBytes before, TableBytes after) in Table.Serialize().Zip(Table.WithoutRemains().Serialize()))
        {
            if (!before.Bytes.Span.SequenceEqual(after.Bytes.Span))
            {
                Device.WriteAt(after.Offset, after.Bytes.Span);
            }
        }
    }

    private IEnumerable<ByteRange> UnusedRanges(PartitionContent content)
    {
        ByteRange window = content.Partition.Range;
        BlockSlice partition = new(Device, window);
        if (content.FileSystem is not null)
        {
            return content.FileSystem.UnusedRanges()
                .Append(TrailingSpace.Of(partition, content.FileSystem))
                .Select(range => new ByteRange(window.Start + range.Start, range.Length));
        }

        return content.Type == "swap" && SwapArea.TryRead(partition, out SwapArea? area)
            ? [ByteRange.FromBounds(window.Start + area!.Header.End, window.End)]
            : [];
    }
}
