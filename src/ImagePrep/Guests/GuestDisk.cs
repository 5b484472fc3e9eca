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
    /// Bytes of the disk that mean nothing: free blocks, emptied journals, what was swapped out, what lies between partitions.
    /// Only after <see cref="GuestEditor.Flush"/>.
    /// </summary>
    public IReadOnlyList<ByteRange> UnusedRanges()
    {
        List<ByteRange> unused = [.. Table.UnclaimedRanges];
        foreach (PartitionContent content in Contents)
        {
            ByteRange window = content.Partition.Range;
            if (content.FileSystem is not null)
            {
                unused.AddRange(content.FileSystem.UnusedRanges().Select(range => new ByteRange(window.Start + range.Start, range.Length)));
            }
            else if (content.Type == "swap" && SwapArea.TryRead(new BlockSlice(Device, window), out SwapArea? area))
            {
                unused.Add(ByteRange.FromBounds(window.Start + area!.Header.End, window.End));
            }
        }

        return unused;
    }
}
