using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Ext.Allocation;
using ImagePrep.Storage.FileSystems.Ext.Journal;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Erasing;

/// <summary>
/// Runs of the device that nobody can read through the file system: free blocks, inode tables behind the last inode ever used, blocks reserved for
/// a file but never written (what was in them before is still there), and an emptied journal behind its superblock.
/// </summary>
internal static class UnusedSpace
{
    /// <returns>In order, joined where they touch; in bytes of the device.</returns>
    public static IReadOnlyList<ByteRange> Of(Volume volume)
    {
        List<ByteRange> ranges = [];
        for (uint group = 0; group < volume.Groups.Count; group++)
        {
            ranges.AddRange(FreeBlocks(volume, group));
            ranges.Add(UnusedInodes(volume, group));
            ranges.AddRange(UnwrittenBlocks(volume, group));
        }

        if (InternalJournal.Load(volume) is { IsEmpty: true } journal)
        {
            ranges.AddRange(journal.LogBlocks.Select(run => Blocks(volume, run.Physical, run.Count)));
        }

        return SortedRanges.Join(ranges);
    }

    private static IEnumerable<ByteRange> FreeBlocks(Volume volume, uint group)
    {
        Bitmap bitmap = volume.Bitmaps.Blocks(group);
        long first = volume.Groups.FirstBlock(group);
        uint start = bitmap.NextClear(0);
        while (start < bitmap.Count)
        {
            uint end = bitmap.NextSet(start);
            yield return Blocks(volume, first + start, end - start);
            start = bitmap.NextClear(end);
        }
    }

    private static ByteRange UnusedInodes(Volume volume, uint group)
    {
        long table = volume.Groups.InodeLocation((group * volume.Superblock.InodesPerGroup) + 1);
        long used = (long)volume.Groups.InitialisedInodes(group) * volume.Superblock.InodeSize;
        return ByteRange.FromBounds(table + used, table + ((long)volume.Groups.InodeTableBlocks * volume.BlockSize));
    }

    private static IEnumerable<ByteRange> UnwrittenBlocks(Volume volume, uint group)
    {
        foreach (StoredInode stored in InodeTableReader.Read(volume, group).Where(stored => stored.IsRegular))
        {
            Inode inode = new(stored.Number, stored.Raw.ToArray());
            if (inode.Links == 0 || !inode.Has(InodeFlags.Extents))
            {
                continue;
            }

            inode.Check(volume.Superblock);
            foreach (BlockRun run in InodeMap.Load(volume, inode).Runs.Where(run => run.Unwritten))
            {
                yield return Blocks(volume, run.Physical, run.Count);
            }
        }
    }

    private static ByteRange Blocks(Volume volume, long first, uint count) => new(first * volume.BlockSize, (long)count * volume.BlockSize);
}
