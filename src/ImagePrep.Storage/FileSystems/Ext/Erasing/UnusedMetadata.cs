using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.FileSystems.Ext.Erasing;

/// <summary>
/// Parts of metadata blocks that nobody reads. mke2fs writes 1024 bytes of a superblock whatever the size of its block, no bitmap of a group that is not
/// initialised, and nothing where copies of the descriptor table may grow: what was on the disk before is still there.
/// </summary>
internal static class UnusedMetadata
{
    /// <returns>In bytes of the device, in no order; some may be empty.</returns>
    public static IEnumerable<ByteRange> Of(Volume volume)
    {
        for (uint group = 0; group < volume.Groups.Count; group++)
        {
            GroupDescriptor descriptor = volume.Groups[group];
            if (volume.Groups.HasFlag(group, GroupFlags.BlockUninit))
            {
                yield return new ByteRange(descriptor.BlockBitmap * volume.BlockSize, volume.BlockSize);
            }

            if (volume.Groups.HasFlag(group, GroupFlags.InodeUninit))
            {
                yield return new ByteRange(descriptor.InodeBitmap * volume.BlockSize, volume.BlockSize);
            }

            if (volume.Superblock.HasBackup(group))
            {
                yield return BehindSuperblock(volume, group);
                yield return BehindDescriptors(volume, group);
            }
        }
    }

    /// <summary>What is before the first superblock is a boot loader's, and stays.</summary>
    private static ByteRange BehindSuperblock(Volume volume, uint group)
    {
        long block = volume.Groups.FirstBlock(group) * volume.BlockSize;
        long superblock = group == 0 ? Superblock.Location : block;
        return ByteRange.FromBounds(superblock + Superblock.Size, block + volume.BlockSize);
    }

    /// <summary>
    /// Behind the last descriptor of a copy, with the room to grow. In the first group that room is in use: the resize inode keeps there where the others are.
    /// </summary>
    private static ByteRange BehindDescriptors(Volume volume, uint group)
    {
        Superblock superblock = volume.Superblock;
        if (group / superblock.DescriptorsPerBlock >= superblock.FirstMetaBlock)
        {
            return default;
        }

        long table = (volume.Groups.FirstBlock(group) + 1) * volume.BlockSize;
        long tableBytes = (long)superblock.FirstMetaBlock * volume.BlockSize;
        long used = Math.Min(volume.Groups.Count * (long)superblock.DescriptorSize, tableBytes);
        long room = group == 0 ? 0 : (long)superblock.ReservedDescriptorBlocks * volume.BlockSize;
        long end = Math.Min(tableBytes + room, (volume.Groups.BlocksIn(group) - 1L) * volume.BlockSize);
        return end <= used ? default : ByteRange.FromBounds(table + used, table + end);
    }
}
