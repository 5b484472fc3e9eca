using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Ext.Checking;

/// <summary>
/// The resize inode owns the blocks that are kept free behind each copy of the descriptor table. Its double indirect block names those of the
/// first group, and each of these names its twins in the other groups; all of them count as metadata of the groups already.
/// </summary>
internal static class ResizeInodeCheck
{
    private const int DoubleIndirect = 13;

    public static void Check(Volume volume, Inode inode, BlockUsage usage, Problems problems)
    {
        bool isEmpty = !inode.BlockArea.ContainsAnyExcept((byte)0);
        if (!volume.Superblock.Compat.HasFlag(CompatFeatures.ResizeInode))
        {
            problems.AddUnless(isEmpty, $"inode {inode.Number}: the resize inode has blocks, but the file system has no resize_inode feature.");
            return;
        }

        for (int index = 0; index < Inode.BlockAreaSize / sizeof(uint); index++)
        {
            uint block = BinaryPrimitives.ReadUInt32LittleEndian(inode.BlockArea[(index * sizeof(uint))..]);
            problems.AddUnless((block != 0) == (index == DoubleIndirect), $"inode {inode.Number}: block {index} of the resize inode is {block}.");
        }

        uint table = BinaryPrimitives.ReadUInt32LittleEndian(inode.BlockArea[(DoubleIndirect * sizeof(uint))..]);
        volume.CheckBlocks(table, 1, $"inode {inode.Number}");
        problems.AddUnless(usage.TryClaim(table, 1), $"inode {inode.Number}: its block {table} belongs to something else, too.");
        CheckReserved(volume, inode, table, problems);
    }

    private static void CheckReserved(Volume volume, Inode inode, uint table, Problems problems)
    {
        byte[] entries = volume.ReadBlock(table);
        int perBlock = volume.BlockSize / sizeof(uint);
        uint[] copies = [.. Enumerable.Range(1, (int)volume.Groups.Count - 1).Select(group => (uint)group).Where(volume.Superblock.HasBackup)];
        long first = volume.Superblock.FirstDataBlock + 1L + volume.Superblock.DescriptorBlocks;
        for (uint reserved = 0; reserved < volume.Superblock.ReservedDescriptorBlocks; reserved++)
        {
            // The slot is the place that the block would have in a longer descriptor table, wrapped around.
            long expected = first + reserved;
            int slot = (int)((volume.Superblock.DescriptorBlocks + reserved) % perBlock);
            uint found = BinaryPrimitives.ReadUInt32LittleEndian(entries.AsSpan(slot * sizeof(uint)));
            if (found != expected)
            {
                problems.Add($"inode {inode.Number}: the resize inode names block {found}, should be {expected}.");
                return;
            }

            byte[] twins = volume.ReadBlock(expected);
            for (int index = 0; index < copies.Length; index++)
            {
                long twin = expected + ((long)copies[index] * volume.Superblock.BlocksPerGroup);
                uint named = BinaryPrimitives.ReadUInt32LittleEndian(twins.AsSpan(index * sizeof(uint)));
                if (named != twin)
                {
                    problems.Add($"inode {inode.Number}: the resize inode names block {named} in a copy, should be {twin}.");
                    return;
                }
            }
        }
    }
}
