using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Editing;

namespace ImagePrep.Storage.FileSystems.Ext.Allocation;

/// <summary>
/// Hands out and takes back inodes: the lowest free one in the parent's group, else in the next group that has one. Taking the lowest keeps
/// bg_itable_unused exact: no inode below the mark was left uninitialised.
/// </summary>
internal sealed class InodeAllocator(Volume volume, UndoLog undo)
{
    /// <exception cref="UnsupportedImageException">There is no free inode (<see cref="UnsupportedKind.NoSpace"/>).</exception>
    public uint Allocate(uint parent, bool isDirectory, BlockAllocator blocks)
    {
        uint home = volume.Groups.GroupOfInode(parent);
        for (uint step = 0; step < volume.Groups.Count; step++)
        {
            uint group = (home + step) % volume.Groups.Count;
            if (volume.Groups[group].FreeInodes == 0)
            {
                continue;
            }

            // Reserved inodes are marked in use; they are skipped even where they are not.
            long reserved = (long)volume.Superblock.FirstInode - 1 - (group * (long)volume.Superblock.InodesPerGroup);
            Bitmap bitmap = volume.Bitmaps.Inodes(group);
            uint index = bitmap.NextClear((uint)Math.Clamp(reserved, 0, bitmap.Count));
            if (index < bitmap.Count)
            {
                Mark(group, index, isDirectory, blocks);
                return (group * volume.Superblock.InodesPerGroup) + index + 1;
            }
        }

        throw new UnsupportedImageException(
            UnsupportedKind.NoSpace, "ext file system", "there is no free inode. Remove files from the base image, or make it with more inodes.");
    }

    /// <summary>Marks one inode that is free as in use, whose number somebody else has chosen.</summary>
    /// <exception cref="CorruptImageException">It is in use already.</exception>
    public void Take(uint inode, bool isDirectory, BlockAllocator blocks)
    {
        uint group = volume.Groups.GroupOfInode(inode);
        uint index = (inode - 1) % volume.Superblock.InodesPerGroup;
        if (volume.Bitmaps.Inodes(group)[index])
        {
            throw new CorruptImageException(
                CorruptKind.Overlap, $"inode bitmap of group {group}", $"inode {inode} is new, but in use already. Run e2fsck on the image.");
        }

        // It need not be the lowest: those that are passed over count as initialised from now on.
        uint passed = (group * volume.Superblock.InodesPerGroup) + volume.Groups.InitialisedInodes(group) + 1;
        for (; passed < inode; passed++)
        {
            undo.WriteAt(volume.Groups.InodeLocation(passed), new byte[volume.Superblock.InodeSize]);
        }

        Mark(group, index, isDirectory, blocks);
    }

    public void Free(uint inode, bool isDirectory)
    {
        uint group = volume.Groups.GroupOfInode(inode);
        uint index = (inode - 1) % volume.Superblock.InodesPerGroup;
        Bitmap bitmap = Touch(group);
        if (!bitmap[index])
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, $"inode bitmap of group {group}", $"inode {inode} is in use but marked free. Run e2fsck on the image.");
        }

        bitmap.Clear(index, 1);
        GroupDescriptor descriptor = volume.Groups[group];
        descriptor.FreeInodes++;
        if (isDirectory)
        {
            if (descriptor.UsedDirectories == 0)
            {
                throw new CorruptImageException(
                    CorruptKind.Inconsistent, $"ext group descriptor {group}", "bg_used_dirs_count is 0, but there is a directory. Run e2fsck on the image.");
            }

            descriptor.UsedDirectories--;
        }
    }

    private void Mark(uint group, uint index, bool isDirectory, BlockAllocator blocks)
    {
        Touch(group).Set(index, 1);
        GroupDescriptor descriptor = volume.Groups[group];
        descriptor.FreeInodes--;
        if (isDirectory)
        {
            descriptor.UsedDirectories++;
        }

        if (!volume.Superblock.HasGroupChecksums)
        {
            return;
        }

        // A group with an inode in use is an initialised group: the kernel gives it a real block bitmap at this moment, too.
        blocks.Touch(group);
        descriptor.Flags &= ~GroupFlags.InodeUninit;
        descriptor.UnusedInodes = Math.Min(descriptor.UnusedInodes, volume.Superblock.InodesPerGroup - (index + 1));
    }

    private Bitmap Touch(uint group)
    {
        Bitmap bitmap = volume.Bitmaps.Inodes(group);
        undo.TouchInodes(group);
        uint free = bitmap.CountClear();
        if (free != volume.Groups[group].FreeInodes)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, $"ext group descriptor {group}",
                $"bg_free_inodes_count is {volume.Groups[group].FreeInodes}, the bitmap has {free}. Run e2fsck on the image.");
        }

        return bitmap;
    }
}
