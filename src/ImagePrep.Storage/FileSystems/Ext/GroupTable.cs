using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>The group descriptor table in memory, and the arithmetic of block groups.</summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/group_descr.html"/>
internal sealed class GroupTable
{
    /// <summary><see cref="Superblock.MaxGroups"/> descriptors of the usual 64 bytes.</summary>
    private const long MaxTableBytes = 64L << 20;

    private const string Structure = "ext group descriptor";

    private readonly Superblock _superblock;
    private readonly byte[] _table;

    private GroupTable(Superblock superblock, byte[] table)
    {
        _superblock = superblock;
        _table = table;
    }

    public uint Count => _superblock.GroupCount;

    /// <summary>Blocks of one group's inode table.</summary>
    public uint InodeTableBlocks
    {
        get
        {
            int inodesPerBlock = _superblock.BlockSize / _superblock.InodeSize;
            return (uint)((_superblock.InodesPerGroup + inodesPerBlock - 1L) / inodesPerBlock);
        }
    }

    public GroupDescriptor this[uint group] =>
        new(_table.AsMemory((int)(group * (long)_superblock.DescriptorSize), _superblock.DescriptorSize));

    /// <exception cref="CorruptImageException">A checksum is wrong, or a bitmap or inode table lies outside the file system.</exception>
    public static GroupTable Load(IBlockReader device, Superblock superblock)
    {
        long bytes = superblock.GroupCount * (long)superblock.DescriptorSize;
        if (bytes > MaxTableBytes)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, "ext group descriptors", $"the table has {bytes} bytes; up to {MaxTableBytes} are handled.");
        }

        GroupTable table = new(superblock, new byte[superblock.DescriptorBlocks * superblock.BlockSize]);
        for (uint index = 0; index < superblock.DescriptorBlocks; index++)
        {
            long block = table.TableBlock(index);
            if (block >= superblock.BlockCount)
            {
                throw CorruptImageException.Truncated(
                    "ext group descriptors", (block + 1) * superblock.BlockSize, superblock.BlockCount * superblock.BlockSize);
            }

            device.ReadAt(block * superblock.BlockSize, table._table.AsSpan((int)index * superblock.BlockSize, superblock.BlockSize));
        }

        for (uint group = 0; group < table.Count; group++)
        {
            table.Check(group);
        }

        return table;
    }

    public long FirstBlock(uint group) => _superblock.FirstDataBlock + (group * (long)_superblock.BlocksPerGroup);

    /// <summary>Blocks in a group; the last one may be shorter.</summary>
    public uint BlocksIn(uint group) => (uint)Math.Min(_superblock.BlocksPerGroup, _superblock.BlockCount - FirstBlock(group));

    public uint GroupOfBlock(long block) => (uint)((block - _superblock.FirstDataBlock) / _superblock.BlocksPerGroup);

    public uint GroupOfInode(uint inode) => (inode - 1) / _superblock.InodesPerGroup;

    /// <summary>Byte offset of an inode on the device.</summary>
    public long InodeLocation(uint inode)
    {
        uint index = (inode - 1) % _superblock.InodesPerGroup;
        return (this[GroupOfInode(inode)].InodeTable * _superblock.BlockSize) + (index * (long)_superblock.InodeSize);
    }

    /// <summary>Inodes of a group that were ever in use: those behind are not initialised.</summary>
    public uint InitialisedInodes(uint group)
    {
        if (!_superblock.HasGroupChecksums)
        {
            return _superblock.InodesPerGroup;
        }

        GroupDescriptor descriptor = this[group];
        return descriptor.Flags.HasFlag(GroupFlags.InodeUninit) ? 0 : _superblock.InodesPerGroup - descriptor.UnusedInodes;
    }

    public bool HasFlag(uint group, GroupFlags flag) => _superblock.HasGroupChecksums && this[group].Flags.HasFlag(flag);

    /// <summary>
    /// Blocks at the start of a group that hold the superblock, the descriptor table and its room to grow; 0 in most groups. With meta_bg a block
    /// of the table lies in the first of the groups that it describes, with copies in the second and the last.
    /// </summary>
    public uint BackupBlocks(uint group)
    {
        uint superblocks = _superblock.HasBackup(group) ? 1u : 0u;
        uint perBlock = (uint)_superblock.DescriptorsPerBlock;
        if (group / perBlock < _superblock.FirstMetaBlock)
        {
            return superblocks * (1 + _superblock.FirstMetaBlock + _superblock.ReservedDescriptorBlocks);
        }

        bool hasTable = group % perBlock is 0 or 1 || group % perBlock == perBlock - 1;
        return superblocks + (hasTable ? 1u : 0u);
    }

    /// <summary>Every run of blocks that holds metadata of the file system itself, in no particular order; flex_bg moves them between groups.</summary>
    public IEnumerable<(long Start, uint Count)> MetadataRuns()
    {
        for (uint group = 0; group < Count; group++)
        {
            uint backup = Math.Min(BackupBlocks(group), BlocksIn(group));
            if (backup > 0)
            {
                yield return (FirstBlock(group), backup);
            }

            GroupDescriptor descriptor = this[group];
            yield return (descriptor.BlockBitmap, 1);
            yield return (descriptor.InodeBitmap, 1);
            yield return (descriptor.InodeTable, InodeTableBlocks);
        }
    }

    public long TotalFreeBlocks()
    {
        long total = 0;
        for (uint group = 0; group < Count; group++)
        {
            total += this[group].FreeBlocks;
        }

        return total;
    }

    public uint TotalFreeInodes()
    {
        uint total = 0;
        for (uint group = 0; group < Count; group++)
        {
            total += this[group].FreeInodes;
        }

        return total;
    }

    /// <summary>Stores one descriptor on the device, with its checksum.</summary>
    public void Write(IBlockDevice device, uint group)
    {
        GroupDescriptor descriptor = this[group];
        if (_superblock.HasGroupChecksums)
        {
            descriptor.Checksum = ComputeChecksum(group);
        }

        device.WriteAt(Location(group), descriptor.Raw);
    }

    /// <summary>Byte offset of a descriptor on the device; of the first copy, where there are more.</summary>
    public long Location(uint group)
    {
        uint perBlock = (uint)_superblock.DescriptorsPerBlock;
        return (TableBlock(group / perBlock) * _superblock.BlockSize) + (group % perBlock * (long)_superblock.DescriptorSize);
    }

    // Where a block of the descriptor table lies.
    private long TableBlock(uint index)
    {
        if (index < _superblock.FirstMetaBlock)
        {
            return _superblock.FirstDataBlock + 1L + index;
        }

        uint group = index * (uint)_superblock.DescriptorsPerBlock;
        return FirstBlock(group) + (_superblock.HasBackup(group) ? 1 : 0);
    }

    private ushort ComputeChecksum(uint group)
    {
        const int field = GroupDescriptor.Offsets.Checksum;
        const int behind = field + sizeof(ushort);
        Span<byte> raw = this[group].Raw;
        if (_superblock.HasMetadataChecksums)
        {
            uint crc = Crc32C.Compute(_superblock.ChecksumSeed, group);
            crc = Crc32C.Compute(crc, raw[..field]);
            crc = Crc32C.Compute(crc, (ReadOnlySpan<byte>)[0, 0]);
            return HiLo.Low16(Crc32C.Compute(crc, raw[behind..]));
        }

        Span<byte> number = stackalloc byte[sizeof(uint)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(number, group);
        ushort old = Crc16.Compute(0xFFFF, _superblock.UuidBytes);
        old = Crc16.Compute(old, number);
        old = Crc16.Compute(old, raw[..field]);
        return Crc16.Compute(old, raw[behind..]);
    }

    private void Check(uint group)
    {
        GroupDescriptor descriptor = this[group];
        if (_superblock.HasGroupChecksums)
        {
            ushort computed = ComputeChecksum(group);
            if (descriptor.Checksum != computed)
            {
                throw CorruptImageException.BadChecksum($"{Structure} {group}", "bg_checksum", descriptor.Checksum, computed);
            }

            CheckCount(group, "bg_itable_unused", descriptor.UnusedInodes, _superblock.InodesPerGroup);
        }

        CheckPlace(group, "bg_block_bitmap", descriptor.BlockBitmap, 1);
        CheckPlace(group, "bg_inode_bitmap", descriptor.InodeBitmap, 1);
        CheckPlace(group, "bg_inode_table", descriptor.InodeTable, InodeTableBlocks);
        CheckCount(group, "bg_free_blocks_count", descriptor.FreeBlocks, BlocksIn(group));
        CheckCount(group, "bg_free_inodes_count", descriptor.FreeInodes, _superblock.InodesPerGroup);
        CheckCount(group, "bg_used_dirs_count", descriptor.UsedDirectories, _superblock.InodesPerGroup);
    }

    private void CheckPlace(uint group, string field, long block, uint count)
    {
        if (block <= _superblock.FirstDataBlock || block > _superblock.BlockCount - count)
        {
            throw CorruptImageException.OutOfRange(
                $"{Structure} {group}", field, block, $"a block from {_superblock.FirstDataBlock + 1L} to {_superblock.BlockCount - count}");
        }
    }

    private static void CheckCount(uint group, string field, uint found, uint limit)
    {
        if (found > limit)
        {
            throw CorruptImageException.OutOfRange($"{Structure} {group}", field, found, $"at most {limit}");
        }
    }
}
