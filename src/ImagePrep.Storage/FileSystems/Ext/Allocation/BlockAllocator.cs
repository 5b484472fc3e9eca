using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Editing;

namespace ImagePrep.Storage.FileSystems.Ext.Allocation;

/// <summary>
/// Hands out and takes back blocks. The choice depends on the bitmaps and the goal only, so the same edits of the same image give the same bytes.
/// Blocks reserved for root are used like others: edits are made as root.
/// </summary>
internal sealed class BlockAllocator(Volume volume, UndoLog undo)
{
    /// <summary>Where the blocks of a new file should go: into the group of its inode.</summary>
    public long GoalFor(Inode inode) => volume.Groups.FirstBlock(volume.Groups.GroupOfInode(inode.Number));

    /// <summary>One block, as near behind the goal as there is.</summary>
    public long AllocateOne(long goal) => Allocate(goal, 1)[0].Start;

    /// <summary>Blocks in as few runs as can be found: one where there is room for it, the first behind the goal.</summary>
    /// <exception cref="UnsupportedImageException">There are not enough free blocks (<see cref="UnsupportedKind.NoSpace"/>).</exception>
    public IReadOnlyList<(long Start, uint Count)> Allocate(long goal, long count)
    {
        long free = volume.Groups.TotalFreeBlocks();
        if (count > free)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NoSpace,
                "ext file system",
                $"{count} blocks of {volume.BlockSize} bytes are needed, {free} are free. Use a base image with more room, or enlarge it (resize2fs).");
        }

        List<(long Start, uint Count)> runs = [];
        while (count > 0)
        {
            uint wanted = (uint)Math.Min(count, volume.Superblock.BlocksPerGroup);
            (long start, uint found) = FindRun(goal, wanted);
            Mark(start, found);
            runs.Add((start, found));
            goal = start + found;
            count -= found;
        }

        return runs;
    }

    /// <summary>Marks those of some blocks that are free as in use, and returns them.</summary>
    public IReadOnlyList<(long Start, uint Count)> TakeFree(long start, uint count)
    {
        List<(long Start, uint Count)> taken = [];
        for (long end = start + count; start < end;)
        {
            uint group = volume.Groups.GroupOfBlock(start);
            long first = volume.Groups.FirstBlock(group);
            Bitmap bitmap = volume.Bitmaps.Blocks(group);
            uint stop = (uint)Math.Min(end - first, bitmap.Count);
            for (uint index = bitmap.NextClear((uint)(start - first)); index < stop; index = bitmap.NextClear(index))
            {
                uint free = Math.Min(stop, bitmap.NextSet(index)) - index;
                Mark(first + index, free);
                taken.Add((first + index, free));
            }

            start = first + stop;
        }

        return taken;
    }

    /// <exception cref="CorruptImageException">A block is free already, or belongs to the file system itself.</exception>
    public void Free(long start, long count)
    {
        while (count > 0)
        {
            uint group = volume.Groups.GroupOfBlock(start);
            uint index = (uint)(start - volume.Groups.FirstBlock(group));
            uint part = (uint)Math.Min(count, volume.Groups.BlocksIn(group) - index);
            Bitmap bitmap = Touch(group);
            if (!bitmap.AllSet(index, part))
            {
                throw new CorruptImageException(
                    CorruptKind.Inconsistent, $"block bitmap of group {group}",
                    $"of the blocks {start} to {start + part - 1}, which are in use, some are marked free. Run e2fsck on the image.");
            }

            if (volume.Bitmaps.OverlapsMetadata(start, part))
            {
                throw new CorruptImageException(
                    CorruptKind.Overlap, $"block group {group}",
                    $"a file claims blocks {start} to {start + part - 1}, where metadata of the file system lies. Run e2fsck on the image.");
            }

            bitmap.Clear(index, part);
            GroupDescriptor descriptor = volume.Groups[group];
            descriptor.FreeBlocks += part;
            start += part;
            count -= part;
        }
    }

    // The first run of the wanted length from the goal on, around the file system; if there is none, of half that length, and so on.
    private (long Start, uint Count) FindRun(long goal, uint wanted)
    {
        uint goalGroup = volume.Contains(goal, 1) ? volume.Groups.GroupOfBlock(goal) : 0;
        uint goalIndex = volume.Contains(goal, 1) ? (uint)(goal - volume.Groups.FirstBlock(goalGroup)) : 0;
        for (uint length = wanted; length > 0; length /= 2)
        {
            // The goal's group comes twice: first behind the goal, at the end from its start.
            for (uint step = 0; step <= volume.Groups.Count; step++)
            {
                uint group = (goalGroup + step) % volume.Groups.Count;
                if (volume.Groups[group].FreeBlocks < length)
                {
                    continue;
                }

                Bitmap bitmap = volume.Bitmaps.Blocks(group);
                uint index = bitmap.FindClearRun(step == 0 ? goalIndex : 0, length);
                if (index < bitmap.Count)
                {
                    return (volume.Groups.FirstBlock(group) + index, length);
                }
            }
        }

        throw new CorruptImageException(
            CorruptKind.Inconsistent, "ext group descriptors", "the free block counts promise blocks that no bitmap has. Run e2fsck on the image.");
    }

    private void Mark(long start, uint count)
    {
        uint group = volume.Groups.GroupOfBlock(start);
        Touch(group).Set((uint)(start - volume.Groups.FirstBlock(group)), count);
        GroupDescriptor descriptor = volume.Groups[group];
        descriptor.FreeBlocks -= count;
    }

    /// <summary>Makes a group's bitmap ready for a change: known to the undo log, in agreement with the descriptor, and no longer uninitialised.</summary>
    public Bitmap Touch(uint group)
    {
        Bitmap bitmap = volume.Bitmaps.Blocks(group);
        undo.TouchBlocks(group);
        GroupDescriptor descriptor = volume.Groups[group];
        uint free = bitmap.CountClear();
        if (free != descriptor.FreeBlocks)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, $"ext group descriptor {group}",
                $"bg_free_blocks_count is {descriptor.FreeBlocks}, the bitmap has {free}. Run e2fsck on the image.");
        }

        if (volume.Groups.HasFlag(group, GroupFlags.BlockUninit))
        {
            descriptor.Flags &= ~GroupFlags.BlockUninit;
        }

        return bitmap;
    }
}
