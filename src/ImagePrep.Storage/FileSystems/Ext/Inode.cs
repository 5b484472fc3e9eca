using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>i_flags that matter here; all others pass through.</summary>
[Flags]
internal enum InodeFlags : uint
{
    None = 0,
    Immutable = 0x10,
    AppendOnly = 0x20,
    Encrypted = 0x800,
    Indexed = 0x1000,
    HugeFile = 0x4_0000,
    Extents = 0x8_0000,
    Verity = 0x10_0000,
    EaInode = 0x20_0000,
    InlineData = 0x1000_0000,
    CaseFolded = 0x4000_0000,
}

/// <summary>
/// One inode: its number and a private copy of its bytes, which are patched field by field. Nothing reaches the device before it is written back.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/inodes.html"/>
internal sealed class Inode(uint number, byte[] raw)
{
    /// <summary>Bytes of the oldest form; what follows is i_extra_isize and the fields it covers, then room for extended attributes.</summary>
    public const int OldSize = 128;

    /// <summary>i_block: an extent tree's root, fifteen block numbers, or a short symbolic link's target.</summary>
    public const int BlockAreaSize = 60;

    public uint Number { get; } = number;

    public byte[] Raw { get; } = raw;

    /// <summary>i_mode, type and permissions.</summary>
    public ushort Mode
    {
        get => U16(Offsets.Mode);
        set => Put16(Offsets.Mode, value);
    }

    public ushort Type => (ushort)(Mode & ModeBits.TypeMask);

    public bool IsRegular => Type == ModeBits.Regular;

    public bool IsDirectory => Type == ModeBits.Directory;

    public bool IsSymbolicLink => Type == ModeBits.SymbolicLink;

    public uint UserId
    {
        get => HiLo.Join(U16(Offsets.UserIdLow), U16(Offsets.UserIdHigh));
        set
        {
            Put16(Offsets.UserIdLow, HiLo.Low16(value));
            Put16(Offsets.UserIdHigh, HiLo.High16(value));
        }
    }

    public uint GroupId
    {
        get => HiLo.Join(U16(Offsets.GroupIdLow), U16(Offsets.GroupIdHigh));
        set
        {
            Put16(Offsets.GroupIdLow, HiLo.Low16(value));
            Put16(Offsets.GroupIdHigh, HiLo.High16(value));
        }
    }

    public ushort Links
    {
        get => U16(Offsets.LinksCount);
        set => Put16(Offsets.LinksCount, value);
    }

    public InodeFlags Flags
    {
        get => (InodeFlags)U32(Offsets.Flags);
        set => Put32(Offsets.Flags, (uint)value);
    }

    public uint Generation
    {
        get => U32(Offsets.Generation);
        set => Put32(Offsets.Generation, value);
    }

    public uint DeletionTime
    {
        get => U32(Offsets.DeletionTime);
        set => Put32(Offsets.DeletionTime, value);
    }

    /// <summary>i_block.</summary>
    public Span<byte> BlockArea => Raw.AsSpan(Offsets.Block, BlockAreaSize);

    /// <summary>i_file_acl: the block of extended attributes, 0 for none.</summary>
    public long AttributeBlock
    {
        get => HiLo.Join(U32(Offsets.FileAclLow), U16(Offsets.FileAclHigh));
        set
        {
            Put32(Offsets.FileAclLow, HiLo.Low32(value));
            Put16(Offsets.FileAclHigh, HiLo.High16(value));
        }
    }

    /// <summary>i_extra_isize: bytes in use behind the first 128.</summary>
    public int ExtraSize
    {
        get => Raw.Length > OldSize ? U16(Offsets.ExtraSize) : 0;
        set => Put16(Offsets.ExtraSize, (ushort)value);
    }

    public UnixTime Accessed
    {
        get => Time(Offsets.AccessTime, Offsets.AccessTimeExtra);
        set => PutTime(Offsets.AccessTime, Offsets.AccessTimeExtra, value);
    }

    public UnixTime Changed
    {
        get => Time(Offsets.ChangeTime, Offsets.ChangeTimeExtra);
        set => PutTime(Offsets.ChangeTime, Offsets.ChangeTimeExtra, value);
    }

    public UnixTime Modified
    {
        get => Time(Offsets.ModificationTime, Offsets.ModificationTimeExtra);
        set => PutTime(Offsets.ModificationTime, Offsets.ModificationTimeExtra, value);
    }

    /// <summary>i_crtime, where the inode is large enough to have one.</summary>
    public UnixTime Created
    {
        set
        {
            if (Covers(Offsets.CreationTimeExtra + sizeof(uint)))
            {
                PutTime(Offsets.CreationTime, Offsets.CreationTimeExtra, value);
            }
        }
    }

    /// <summary>i_size. Only regular files use the upper half; elsewhere it was an ACL block.</summary>
    public long Size
    {
        get => HiLo.Join(U32(Offsets.SizeLow), IsRegular ? U32(Offsets.SizeHigh) : 0u);
        set
        {
            Put32(Offsets.SizeLow, HiLo.Low32(value));
            if (IsRegular)
            {
                Put32(Offsets.SizeHigh, HiLo.High32(value));
            }
        }
    }

    /// <summary>i_blocks as it is stored: 48 bits.</summary>
    public long StoredBlocks
    {
        get => HiLo.Join(U32(Offsets.BlocksLow), U16(Offsets.BlocksHigh));
        set
        {
            Put32(Offsets.BlocksLow, HiLo.Low32(value));
            Put16(Offsets.BlocksHigh, HiLo.High16(value));
        }
    }

    /// <summary>i_atime where it is the hash of an attribute's value (EA_INODE_FL).</summary>
    public uint ValueHash => U32(Offsets.AccessTime);

    /// <summary>i_mtime where it is the one inode that an attribute's value belongs to (EA_INODE_FL as Lustre made it).</summary>
    public uint ValueOwner => U32(Offsets.ModificationTime);

    /// <summary>i_ctime and i_version where they count the attributes whose value this is (EA_INODE_FL).</summary>
    public long ValueReferences
    {
        get => HiLo.Join(U32(Offsets.Version), U32(Offsets.ChangeTime));
        set
        {
            Put32(Offsets.Version, HiLo.Low32(value));
            Put32(Offsets.ChangeTime, HiLo.High32(value));
        }
    }

    public bool Has(InodeFlags flag) => (Flags & flag) != InodeFlags.None;

    /// <summary>File system blocks that i_blocks accounts for: content, block map and attribute block.</summary>
    public long AllocatedBlocks(int blockSize) => Has(InodeFlags.HugeFile) ? StoredBlocks : StoredBlocks / (blockSize / 512);

    /// <summary>Counts more or fewer file system blocks. debugfs leaves out those of attribute values, so there may be fewer to take away.</summary>
    public void AddAllocatedBlocks(long count, int blockSize) =>
        StoredBlocks = Math.Max(0, StoredBlocks + (Has(InodeFlags.HugeFile) ? count : count * (blockSize / 512)));

    /// <summary>Checks what every use of an inode relies on.</summary>
    /// <exception cref="CorruptImageException">The checksum is wrong, i_extra_isize is beyond the inode, or i_size beyond any file.</exception>
    public void Check(Superblock superblock)
    {
        if (superblock.HasMetadataChecksums)
        {
            uint stored = StoredChecksum();
            uint computed = ComputeChecksum(superblock.ChecksumSeed);
            if (stored != computed)
            {
                throw CorruptImageException.BadChecksum($"inode {Number}", "i_checksum", stored, computed);
            }
        }

        if (ExtraSize > Raw.Length - OldSize || ExtraSize % 4 != 0)
        {
            throw CorruptImageException.OutOfRange(
                $"inode {Number}", "i_extra_isize", ExtraSize, $"a multiple of 4 up to {Raw.Length - OldSize}");
        }

        // Blocks of a file have 32-bit numbers. Without this bound, sums of a size and an offset could overflow.
        long maxSize = superblock.BlockSize * (1L << 32);
        if (Size < 0 || Size > maxSize)
        {
            throw CorruptImageException.OutOfRange($"inode {Number}", "i_size", Size, $"0 to {maxSize}");
        }
    }

    /// <summary>crc32c over the file system's seed, the inode number and the generation: what the checksums of the inode's own blocks start with.</summary>
    public uint ChecksumSeed(uint fileSystemSeed) => Crc32C.Compute(Crc32C.Compute(fileSystemSeed, Number), Generation);

    /// <summary>Puts a fresh checksum into the bytes.</summary>
    public void UpdateChecksum(uint fileSystemSeed)
    {
        uint checksum = ComputeChecksum(fileSystemSeed);
        Put16(Offsets.ChecksumLow, HiLo.Low16(checksum));
        if (HasChecksumHigh)
        {
            Put16(Offsets.ChecksumHigh, HiLo.High16(checksum));
        }
    }

    private bool HasChecksumHigh => Covers(Offsets.ChecksumHigh + sizeof(ushort));

    private uint StoredChecksum() => HiLo.Join(U16(Offsets.ChecksumLow), HasChecksumHigh ? U16(Offsets.ChecksumHigh) : (ushort)0);

    private uint ComputeChecksum(uint fileSystemSeed)
    {
        ReadOnlySpan<byte> zero = [0, 0];
        uint crc = ChecksumSeed(fileSystemSeed);
        crc = Crc32C.Compute(crc, Raw.AsSpan(0, Offsets.ChecksumLow));
        crc = Crc32C.Compute(crc, zero);
        crc = Crc32C.Compute(crc, Raw.AsSpan(Offsets.ChecksumLow + 2, OldSize - Offsets.ChecksumLow - 2));
        if (Raw.Length == OldSize)
        {
            return crc & 0xFFFF;
        }

        if (!HasChecksumHigh)
        {
            return Crc32C.Compute(crc, Raw.AsSpan(OldSize)) & 0xFFFF;
        }

        crc = Crc32C.Compute(crc, Raw.AsSpan(OldSize, Offsets.ChecksumHigh - OldSize));
        crc = Crc32C.Compute(crc, zero);
        return Crc32C.Compute(crc, Raw.AsSpan(Offsets.ChecksumHigh + 2));
    }

    // A field behind the first 128 bytes exists when i_extra_isize reaches over it.
    private bool Covers(int end) => Raw.Length >= end && end - OldSize <= ExtraSize;

    private UnixTime Time(int offset, int extraOffset)
    {
        int seconds = BinaryPrimitives.ReadInt32LittleEndian(Raw.AsSpan(offset));
        if (!Covers(extraOffset + sizeof(uint)))
        {
            return new UnixTime(seconds);
        }

        // Two bits extend the seconds beyond 2038, the other thirty are nanoseconds.
        uint extra = U32(extraOffset);
        return new UnixTime(seconds + ((long)(extra & 3) << 32), extra >> 2);
    }

    private void PutTime(int offset, int extraOffset, UnixTime value)
    {
        bool extended = Covers(extraOffset + sizeof(uint));
        long seconds = Math.Clamp(value.Seconds, int.MinValue, extended ? int.MaxValue + (3L << 32) : int.MaxValue);
        Put32(offset, HiLo.Low32(seconds));
        if (extended)
        {
            long epoch = (seconds - unchecked((int)seconds)) >> 32;
            Put32(extraOffset, ((uint)epoch & 3) | (value.Nanoseconds << 2));
        }
    }

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Raw.AsSpan(offset));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Raw.AsSpan(offset));

    private void Put16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Raw.AsSpan(offset), value);

    private void Put32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Raw.AsSpan(offset), value);

    /// <summary>Byte offsets within an inode.</summary>
    public static class Offsets
    {
        public const int Mode = 0x00;
        public const int UserIdLow = 0x02;
        public const int SizeLow = 0x04;
        public const int AccessTime = 0x08;
        public const int ChangeTime = 0x0C;
        public const int ModificationTime = 0x10;
        public const int DeletionTime = 0x14;
        public const int GroupIdLow = 0x18;
        public const int LinksCount = 0x1A;
        public const int BlocksLow = 0x1C;
        public const int Flags = 0x20;
        public const int Version = 0x24;
        public const int Block = 0x28;
        public const int Generation = 0x64;
        public const int FileAclLow = 0x68;
        public const int SizeHigh = 0x6C;
        public const int BlocksHigh = 0x74;
        public const int FileAclHigh = 0x76;
        public const int UserIdHigh = 0x78;
        public const int GroupIdHigh = 0x7A;
        public const int ChecksumLow = 0x7C;
        public const int ExtraSize = 0x80;
        public const int ChecksumHigh = 0x82;
        public const int ChangeTimeExtra = 0x84;
        public const int ModificationTimeExtra = 0x88;
        public const int AccessTimeExtra = 0x8C;
        public const int CreationTime = 0x90;
        public const int CreationTimeExtra = 0x94;
    }
}
