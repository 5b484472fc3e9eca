using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Ext.Allocation;
using ImagePrep.Storage.FileSystems.Ext.Journal;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Erasing;

/// <summary>
/// Runs of the device that nobody can read through the file system: free blocks, inode tables behind the last inode ever used, blocks reserved for
/// a file but never written (what was in them before is still there), what lies behind the end of a file, an emptied journal behind its superblock, and
/// unused parts of metadata.
/// </summary>
internal static class UnusedSpace
{
    /// <returns>In order, joined where they touch; in bytes of the device.</returns>
    public static IReadOnlyList<ByteRange> Of(Volume volume)
    {
        List<ByteRange> ranges = [.. UnusedMetadata.Of(volume)];
        for (uint group = 0; group < volume.Groups.Count; group++)
        {
            ranges.AddRange(FreeBlocks(volume, group));
            ranges.Add(UnusedInodes(volume, group));
            ranges.AddRange(UnusedContent(volume, group));
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

    private static IEnumerable<ByteRange> UnusedContent(Volume volume, uint group)
    {
        foreach (StoredInode stored in InodeTableReader.Read(volume, group).Where(stored => stored.IsRegular))
        {
            // Of reserved inodes only the journal maps its blocks by extents; the others name blocks that are not content.
            Inode inode = new(stored.Number, stored.Raw.ToArray());
            if (inode.Links == 0 || (stored.Number < volume.Superblock.FirstInode && !inode.Has(InodeFlags.Extents)))
            {
                continue;
            }

            inode.Check(volume.Superblock);
            long end = HasMeaningBehindItsEnd(inode) ? long.MaxValue : inode.Size;
            foreach (BlockRun run in InodeMap.Load(volume, inode).Runs)
            {
                long start = (long)run.Logical * volume.BlockSize;
                long unused = run.Unwritten ? start : Math.Max(start, end);
                if (unused < run.LogicalEnd * volume.BlockSize)
                {
                    yield return ByteRange.FromBounds((run.Physical * volume.BlockSize) + unused - start, run.PhysicalEnd * volume.BlockSize);
                }
            }
        }
    }

    /// <summary>fs-verity keeps its hashes there, and the last block of an encrypted file deciphers as a whole only.</summary>
    private static bool HasMeaningBehindItsEnd(Inode inode) => inode.Has(InodeFlags.Verity | InodeFlags.Encrypted);

    private static ByteRange Blocks(Volume volume, long first, uint count) => new(first * volume.BlockSize, (long)count * volume.BlockSize);
}
