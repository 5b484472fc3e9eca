using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>bg_flags; they mean something only when group descriptors have checksums.</summary>
[Flags]
internal enum GroupFlags : ushort
{
    None = 0,

    /// <summary>The inode bitmap was never written: no inode is in use.</summary>
    InodeUninit = 0x1,

    /// <summary>The block bitmap was never written: only the group's own metadata is in use.</summary>
    BlockUninit = 0x2,

    /// <summary>The whole inode table was zeroed.</summary>
    InodeTableZeroed = 0x4,
}

/// <summary>
/// One block group descriptor, as a view of its bytes in the table: 32 bytes, or 64 and more with INCOMPAT_64BIT.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/group_descr.html"/>
internal readonly struct GroupDescriptor(Memory<byte> raw)
{
    public const int MinSize = 32;

    public const int FullSize = 64;

    private const int BlockBitmapChecksumHighEnd = Offsets.BlockBitmapChecksumHigh + 2;
    private const int InodeBitmapChecksumHighEnd = Offsets.InodeBitmapChecksumHigh + 2;

    public Span<byte> Raw => raw.Span;

    /// <summary>bg_block_bitmap.</summary>
    public long BlockBitmap => HiLo.Join(U32(Offsets.BlockBitmapLow), High32(Offsets.BlockBitmapHigh));

    /// <summary>bg_inode_bitmap.</summary>
    public long InodeBitmap => HiLo.Join(U32(Offsets.InodeBitmapLow), High32(Offsets.InodeBitmapHigh));

    /// <summary>bg_inode_table.</summary>
    public long InodeTable => HiLo.Join(U32(Offsets.InodeTableLow), High32(Offsets.InodeTableHigh));

    /// <summary>bg_free_blocks_count.</summary>
    public uint FreeBlocks
    {
        get => Split(Offsets.FreeBlocksLow, Offsets.FreeBlocksHigh);
        set => PutSplit(Offsets.FreeBlocksLow, Offsets.FreeBlocksHigh, value);
    }

    /// <summary>bg_free_inodes_count.</summary>
    public uint FreeInodes
    {
        get => Split(Offsets.FreeInodesLow, Offsets.FreeInodesHigh);
        set => PutSplit(Offsets.FreeInodesLow, Offsets.FreeInodesHigh, value);
    }

    /// <summary>bg_used_dirs_count.</summary>
    public uint UsedDirectories
    {
        get => Split(Offsets.UsedDirectoriesLow, Offsets.UsedDirectoriesHigh);
        set => PutSplit(Offsets.UsedDirectoriesLow, Offsets.UsedDirectoriesHigh, value);
    }

    /// <summary>bg_itable_unused: inodes at the end of the table that were never used.</summary>
    public uint UnusedInodes
    {
        get => Split(Offsets.UnusedInodesLow, Offsets.UnusedInodesHigh);
        set => PutSplit(Offsets.UnusedInodesLow, Offsets.UnusedInodesHigh, value);
    }

    /// <summary>bg_flags.</summary>
    public GroupFlags Flags
    {
        get => (GroupFlags)U16(Offsets.Flags);
        set => Put16(Offsets.Flags, (ushort)value);
    }

    /// <summary>bg_block_bitmap_csum: as many bits as the descriptor has room for.</summary>
    public uint BlockBitmapChecksum
    {
        get => HiLo.Join(U16(Offsets.BlockBitmapChecksumLow), raw.Length >= BlockBitmapChecksumHighEnd ? U16(Offsets.BlockBitmapChecksumHigh) : (ushort)0);
        set
        {
            Put16(Offsets.BlockBitmapChecksumLow, HiLo.Low16(value));
            if (raw.Length >= BlockBitmapChecksumHighEnd)
            {
                Put16(Offsets.BlockBitmapChecksumHigh, HiLo.High16(value));
            }
        }
    }

    /// <summary>bg_inode_bitmap_csum: as many bits as the descriptor has room for.</summary>
    public uint InodeBitmapChecksum
    {
        get => HiLo.Join(U16(Offsets.InodeBitmapChecksumLow), raw.Length >= InodeBitmapChecksumHighEnd ? U16(Offsets.InodeBitmapChecksumHigh) : (ushort)0);
        set
        {
            Put16(Offsets.InodeBitmapChecksumLow, HiLo.Low16(value));
            if (raw.Length >= InodeBitmapChecksumHighEnd)
            {
                Put16(Offsets.InodeBitmapChecksumHigh, HiLo.High16(value));
            }
        }
    }

    /// <summary>The bits of a bitmap's checksum that this descriptor stores: 32, or 16 in the short form.</summary>
    public uint BitmapChecksumMask => raw.Length >= InodeBitmapChecksumHighEnd ? 0xFFFF_FFFF : 0xFFFF;

    /// <summary>bg_checksum.</summary>
    public ushort Checksum
    {
        get => U16(Offsets.Checksum);
        set => Put16(Offsets.Checksum, value);
    }

    private bool IsFull => raw.Length >= FullSize;

    private uint Split(int low, int high) => HiLo.Join(U16(low), IsFull ? U16(high) : (ushort)0);

    private void PutSplit(int low, int high, uint value)
    {
        Put16(low, HiLo.Low16(value));
        if (IsFull)
        {
            Put16(high, HiLo.High16(value));
        }
    }

    private uint High32(int offset) => IsFull ? U32(offset) : 0;

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(raw.Span[offset..]);

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(raw.Span[offset..]);

    private void Put16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(raw.Span[offset..], value);

    /// <summary>Byte offsets within a descriptor; those from 0x20 on exist only in the long form.</summary>
    public static class Offsets
    {
        public const int BlockBitmapLow = 0x00;
        public const int InodeBitmapLow = 0x04;
        public const int InodeTableLow = 0x08;
        public const int FreeBlocksLow = 0x0C;
        public const int FreeInodesLow = 0x0E;
        public const int UsedDirectoriesLow = 0x10;
        public const int Flags = 0x12;
        public const int BlockBitmapChecksumLow = 0x18;
        public const int InodeBitmapChecksumLow = 0x1A;
        public const int UnusedInodesLow = 0x1C;
        public const int Checksum = 0x1E;
        public const int BlockBitmapHigh = 0x20;
        public const int InodeBitmapHigh = 0x24;
        public const int InodeTableHigh = 0x28;
        public const int FreeBlocksHigh = 0x2C;
        public const int FreeInodesHigh = 0x2E;
        public const int UsedDirectoriesHigh = 0x30;
        public const int UnusedInodesHigh = 0x32;
        public const int BlockBitmapChecksumHigh = 0x38;
        public const int InodeBitmapChecksumHigh = 0x3A;
    }
}
