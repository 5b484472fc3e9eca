using System.Buffers.Binary;
using System.Text;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>
/// The ext2/3/4 superblock. The raw bytes are kept: an edit changes only the fields it owns, everything else survives as it was.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/super.html"/>
internal sealed class Superblock
{
    /// <summary>Number of the root directory's inode, on every ext file system.</summary>
    public const uint RootInode = 2;

    public const int Size = 1024;

    /// <summary>The superblock lies at this byte of the file system, whatever the block size.</summary>
    public const long Location = 1024;

    public const ushort Magic = 0xEF53;

    /// <summary>64 MiB of descriptors; with 4 KiB blocks that is 128 TiB of file system.</summary>
    public const long MaxGroups = 1 << 20;

    private const string Structure = "ext superblock";
    private const int MaxLogBlockSize = 6;
    private const uint DynamicRevision = 1;
    private const byte ChecksumTypeCrc32C = 1;
    private const ushort OldInodeSize = 128;
    private const uint OldFirstInode = 11;

    private readonly byte[] _raw;

    private Superblock(byte[] raw) => _raw = raw;

    public CompatFeatures Compat => (CompatFeatures)U32(Offsets.FeatureCompat);

    public IncompatFeatures Incompat => (IncompatFeatures)U32(Offsets.FeatureIncompat);

    public ReadOnlyCompatFeatures ReadOnlyCompat => (ReadOnlyCompatFeatures)U32(Offsets.FeatureReadOnlyCompat);

    public bool HasMetadataChecksums => ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.MetadataChecksum);

    /// <summary>Group descriptors carry a checksum, flags and bg_itable_unused; otherwise those fields mean nothing.</summary>
    public bool HasGroupChecksums =>
        (ReadOnlyCompat & (ReadOnlyCompatFeatures.MetadataChecksum | ReadOnlyCompatFeatures.GroupChecksum)) != ReadOnlyCompatFeatures.None;

    /// <summary>s_log_block_size, as bytes.</summary>
    public int BlockSize => 1024 << (int)U32(Offsets.LogBlockSize);

    /// <summary>s_blocks_count.</summary>
    public long BlockCount => HiLo.Join(U32(Offsets.BlocksCountLow), Is64Bit ? U32(Offsets.BlocksCountHigh) : 0u);

    /// <summary>s_inodes_count.</summary>
    public uint InodeCount => U32(Offsets.InodesCount);

    /// <summary>s_first_data_block: 1 with 1 KiB blocks, else 0.</summary>
    public uint FirstDataBlock => U32(Offsets.FirstDataBlock);

    public uint BlocksPerGroup => U32(Offsets.BlocksPerGroup);

    public uint InodesPerGroup => U32(Offsets.InodesPerGroup);

    public uint GroupCount => (uint)((BlockCount - FirstDataBlock + BlocksPerGroup - 1) / BlocksPerGroup);

    /// <summary>s_inode_size.</summary>
    public int InodeSize => IsDynamic ? U16(Offsets.InodeSize) : OldInodeSize;

    /// <summary>s_first_ino: inodes below are reserved.</summary>
    public uint FirstInode => IsDynamic ? U32(Offsets.FirstInode) : OldFirstInode;

    public int DescriptorSize => Is64Bit ? U16(Offsets.DescriptorSize) : GroupDescriptor.MinSize;

    public int DescriptorsPerBlock => BlockSize / DescriptorSize;

    /// <summary>Blocks of the group descriptor table.</summary>
    public uint DescriptorBlocks => (uint)((GroupCount + DescriptorsPerBlock - 1L) / DescriptorsPerBlock);

    /// <summary>s_reserved_gdt_blocks: room for the table to grow, owned by the resize inode.</summary>
    public uint ReservedDescriptorBlocks =>
        Compat.HasFlag(CompatFeatures.ResizeInode) ? U16(Offsets.ReservedDescriptorBlocks) : (ushort)0;

    /// <summary>
    /// s_first_meta_bg: from this block of the descriptor table on, each lies in the groups that it describes instead of behind the superblock.
    /// </summary>
    public uint FirstMetaBlock => Incompat.HasFlag(IncompatFeatures.MetaBg) ? U32(Offsets.FirstMetaGroup) : DescriptorBlocks;

    /// <summary>s_state.</summary>
    public ushort State => U16(Offsets.State);

    /// <summary>s_creator_os: 0 for Linux. The Hurd keeps other things where Linux has the upper halves of owner ids.</summary>
    public uint CreatorOs => U32(Offsets.CreatorOs);

    public ReadOnlySpan<byte> UuidBytes => _raw.AsSpan(Offsets.Uuid, 16);

    public string Uuid => new Guid(UuidBytes, bigEndian: true).ToString();

    public string Label => PrintableText.From(TrimAtNul(_raw.AsSpan(Offsets.VolumeName, 16)));

    /// <summary>s_journal_inum.</summary>
    public uint JournalInode => U32(Offsets.JournalInode);

    /// <summary>s_journal_dev or s_journal_uuid: the journal is on another device.</summary>
    public bool HasExternalJournal =>
        U32(Offsets.JournalDevice) != 0 || _raw.AsSpan(Offsets.JournalUuid, 16).ContainsAnyExcept((byte)0);

    /// <summary>s_last_orphan: first of the list of inodes that were open while their last name went away.</summary>
    public uint LastOrphan
    {
        get => U32(Offsets.LastOrphan);
        set => Put32(Offsets.LastOrphan, value);
    }

    /// <summary>There are orphans, in the list or in the orphan file.</summary>
    public bool HasOrphans => LastOrphan != 0 || ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.OrphanPresent);

    /// <summary>s_orphan_file_inum.</summary>
    public uint OrphanFileInode => Compat.HasFlag(CompatFeatures.OrphanFile) ? U32(Offsets.OrphanFileInode) : 0;

    /// <summary>s_hash_seed.</summary>
    public byte[] HashSeed => _raw.AsSpan(Offsets.HashSeed, 16).ToArray();

    /// <summary>s_def_hash_version.</summary>
    public byte DefaultHashVersion => _raw[Offsets.DefaultHashVersion];

    /// <summary>EXT2_FLAGS_UNSIGNED_HASH of s_flags.</summary>
    public bool HashIsUnsigned => (U32(Offsets.Flags) & 0x2) != 0;

    /// <summary>s_min_extra_isize and s_want_extra_isize, the larger of them.</summary>
    public int WantedExtraInodeSize => Math.Max(U16(Offsets.MinExtraInodeSize), U16(Offsets.WantExtraInodeSize));

    public long MmpBlock => unchecked((long)BinaryPrimitives.ReadUInt64LittleEndian(_raw.AsSpan(Offsets.MmpBlock)));

    public UnixTime WriteTime
    {
        get => new(HiLo.Join(U32(Offsets.WriteTime), (ushort)_raw[Offsets.WriteTimeHigh]));
        set
        {
            // 40 bits, unsigned: what lies outside is kept as near as the field can.
            long seconds = Math.Clamp(value.Seconds, 0, (1L << 40) - 1);
            Put32(Offsets.WriteTime, HiLo.Low32(seconds));
            _raw[Offsets.WriteTimeHigh] = (byte)(seconds >> 32);
        }
    }

    /// <summary>s_free_blocks_count.</summary>
    public long FreeBlocks
    {
        get => HiLo.Join(U32(Offsets.FreeBlocksLow), Is64Bit ? U32(Offsets.FreeBlocksHigh) : 0u);
        set
        {
            Put32(Offsets.FreeBlocksLow, HiLo.Low32(value));
            if (Is64Bit)
            {
                Put32(Offsets.FreeBlocksHigh, HiLo.High32(value));
            }
        }
    }

    /// <summary>s_free_inodes_count.</summary>
    public uint FreeInodes
    {
        get => U32(Offsets.FreeInodes);
        set => Put32(Offsets.FreeInodes, value);
    }

    /// <summary>Start value of every metadata checksum of this file system.</summary>
    public uint ChecksumSeed => Incompat.HasFlag(IncompatFeatures.ChecksumSeed)
        ? U32(Offsets.ChecksumSeed)
        : Crc32C.Compute(~0u, UuidBytes);

    private bool Is64Bit => Incompat.HasFlag(IncompatFeatures.SixtyFourBit);

    private bool IsDynamic => U32(Offsets.Revision) >= DynamicRevision;

    /// <summary>Whether the bytes look like an ext superblock at all: magic, revision and block size.</summary>
    public static bool LooksLikeOne(ReadOnlySpan<byte> raw) =>
        raw.Length >= Size
        && BinaryPrimitives.ReadUInt16LittleEndian(raw[Offsets.Magic..]) == Magic
        && BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.Revision..]) <= DynamicRevision
        && BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.LogBlockSize..]) <= MaxLogBlockSize;

    /// <param name="raw">At least <see cref="Size"/> bytes.</param>
    /// <param name="deviceLength">Bytes of the device the file system lies on.</param>
    /// <exception cref="CorruptImageException">A field contradicts the specification, another field or the device.</exception>
    /// <exception cref="UnsupportedImageException">A revision or feature that cannot even be read.</exception>
    public static Superblock Parse(ReadOnlySpan<byte> raw, long deviceLength)
    {
        if (raw.Length < Size)
        {
            throw CorruptImageException.Truncated(Structure, Size, raw.Length);
        }

        Superblock superblock = new(raw[..Size].ToArray());
        superblock.CheckMagicAndRevision();
        FeatureGate.CheckReadable(superblock);
        superblock.CheckChecksum();
        superblock.CheckSizes();
        superblock.CheckCounts(deviceLength);
        return superblock;
    }

    /// <summary>The journal was replayed: nothing waits in it any more.</summary>
    public void ClearNeedsRecovery() => Put32(Offsets.FeatureIncompat, (uint)(Incompat & ~IncompatFeatures.NeedsRecovery));

    /// <summary>The orphan file is empty.</summary>
    public void ClearOrphanPresent() => Put32(Offsets.FeatureReadOnlyCompat, (uint)(ReadOnlyCompat & ~ReadOnlyCompatFeatures.OrphanPresent));

    /// <summary>Whether a group holds a copy of the superblock and of the descriptor table.</summary>
    public bool HasBackup(uint group)
    {
        if (group == 0)
        {
            return true;
        }

        if (Compat.HasFlag(CompatFeatures.SparseSuper2))
        {
            return group == U32(Offsets.BackupGroups) || group == U32(Offsets.BackupGroups + 4);
        }

        return !ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.SparseSuper)
            || group == 1 || IsPowerOf(group, 3) || IsPowerOf(group, 5) || IsPowerOf(group, 7);
    }

    /// <summary>Copies the superblock with a fresh checksum.</summary>
    public void WriteTo(Span<byte> destination)
    {
        if (HasMetadataChecksums)
        {
            Put32(Offsets.Checksum, ComputeChecksum());
        }

        _raw.CopyTo(destination);
    }

    private static bool IsPowerOf(uint value, uint root)
    {
        while (value > 1 && value % root == 0)
        {
            value /= root;
        }

        return value == 1;
    }

    private static ReadOnlySpan<byte> TrimAtNul(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }

    private uint ComputeChecksum() => Crc32C.Compute(~0u, _raw.AsSpan(0, Offsets.Checksum));

    private void CheckMagicAndRevision()
    {
        if (U16(Offsets.Magic) != Magic)
        {
            throw new CorruptImageException(
                CorruptKind.BadMagic, Structure, $"s_magic at byte {Location + Offsets.Magic} is 0x{U16(Offsets.Magic):x4}, expected 0x{Magic:x4}.");
        }

        if (U32(Offsets.Revision) > DynamicRevision)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.UnknownFeature, Structure, $"s_rev_level is {U32(Offsets.Revision)}; revisions 0 and 1 are handled.");
        }
    }

    private void CheckChecksum()
    {
        if (!HasMetadataChecksums)
        {
            return;
        }

        if (_raw[Offsets.ChecksumType] != ChecksumTypeCrc32C)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.UnknownFeature, Structure, $"s_checksum_type is {_raw[Offsets.ChecksumType]}; only 1 (crc32c) is defined.");
        }

        uint stored = U32(Offsets.Checksum);
        uint computed = ComputeChecksum();
        if (stored != computed)
        {
            throw CorruptImageException.BadChecksum(Structure, "s_checksum", stored, computed);
        }

        if (ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.GroupChecksum))
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, Structure, "metadata_csum and uninit_bg are both set, which exclude each other. Run e2fsck on the image first.");
        }
    }

    private void CheckSizes()
    {
        Check(U32(Offsets.LogBlockSize) <= MaxLogBlockSize, "s_log_block_size", U32(Offsets.LogBlockSize), "0 to 6");
        Check(
            InodeSize >= OldInodeSize && InodeSize <= BlockSize && int.IsPow2(InodeSize),
            "s_inode_size", InodeSize, $"a power of two from {OldInodeSize} to {BlockSize}");
        Check(
            DescriptorSize == GroupDescriptor.MinSize
                || (DescriptorSize is >= GroupDescriptor.FullSize and <= 1024 && int.IsPow2(DescriptorSize)),
            "s_desc_size", DescriptorSize, "a power of two from 64 to 1024");
        Check(
            !Is64Bit || DescriptorSize >= GroupDescriptor.FullSize,
            "s_desc_size", DescriptorSize, "at least 64 with 64bit");
        uint bitsPerBlock = 8u * (uint)BlockSize;
        Check(
            BlocksPerGroup >= 256 && BlocksPerGroup <= bitsPerBlock && BlocksPerGroup % 8 == 0,
            "s_blocks_per_group", BlocksPerGroup, $"a multiple of 8 from 256 to {bitsPerBlock}");
        Check(
            InodesPerGroup >= 8 && InodesPerGroup <= bitsPerBlock && InodesPerGroup % 8 == 0,
            "s_inodes_per_group", InodesPerGroup, $"a multiple of 8 from 8 to {bitsPerBlock}");
        Check(
            U32(Offsets.LogClusterSize) == U32(Offsets.LogBlockSize) || IsOldClusterField(),
            "s_log_cluster_size", U32(Offsets.LogClusterSize), "the same as s_log_block_size without bigalloc");
    }

    // Revision 0 had a signed fragment size here, which nothing reads any more.
    private bool IsOldClusterField() => !IsDynamic;

    private void CheckCounts(long deviceLength)
    {
        uint firstBlock = BlockSize == 1024 ? 1u : 0u;
        Check(FirstDataBlock == firstBlock, "s_first_data_block", FirstDataBlock, $"{firstBlock} with blocks of {BlockSize} bytes");
        Check(BlockCount > FirstDataBlock, "s_blocks_count", BlockCount, $"more than {FirstDataBlock}");
        if (BlockCount > deviceLength / BlockSize)
        {
            throw CorruptImageException.Truncated(
                "ext file system", BlockCount > long.MaxValue / BlockSize ? long.MaxValue : BlockCount * BlockSize, deviceLength);
        }

        long groups = (BlockCount - FirstDataBlock + BlocksPerGroup - 1) / BlocksPerGroup;
        if (groups > MaxGroups)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, Structure, $"{groups} block groups; up to {MaxGroups} are handled.");
        }

        Check(
            InodeCount == groups * InodesPerGroup,
            "s_inodes_count", InodeCount, $"{groups * InodesPerGroup} ({groups} groups of {InodesPerGroup})");
        Check(FirstInode >= OldFirstInode && FirstInode <= InodeCount, "s_first_ino", FirstInode, $"{OldFirstInode} to {InodeCount}");
        Check(
            ReservedDescriptorBlocks <= BlockSize / 4,
            "s_reserved_gdt_blocks", ReservedDescriptorBlocks, $"at most {BlockSize / 4}");
        Check(FirstMetaBlock <= DescriptorBlocks, "s_first_meta_bg", FirstMetaBlock, $"at most {DescriptorBlocks}, the blocks of group descriptors");
        if (Incompat.HasFlag(IncompatFeatures.MetaBg) && Compat.HasFlag(CompatFeatures.ResizeInode))
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, Structure, "meta_bg and resize_inode are both set, which exclude each other. Run e2fsck on the image first.");
        }
    }

    private static void Check(bool holds, string field, object found, string expected)
    {
        if (!holds)
        {
            throw CorruptImageException.OutOfRange(Structure, field, found, expected);
        }
    }

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_raw.AsSpan(offset));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_raw.AsSpan(offset));

    private void Put32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_raw.AsSpan(offset), value);

    /// <summary>Byte offsets within the superblock.</summary>
    public static class Offsets
    {
        public const int InodesCount = 0x00;
        public const int BlocksCountLow = 0x04;
        public const int FreeBlocksLow = 0x0C;
        public const int FreeInodes = 0x10;
        public const int FirstDataBlock = 0x14;
        public const int LogBlockSize = 0x18;
        public const int LogClusterSize = 0x1C;
        public const int BlocksPerGroup = 0x20;
        public const int InodesPerGroup = 0x28;
        public const int WriteTime = 0x30;
        public const int Magic = 0x38;
        public const int State = 0x3A;
        public const int CreatorOs = 0x48;
        public const int Revision = 0x4C;
        public const int FirstInode = 0x54;
        public const int InodeSize = 0x58;
        public const int FeatureCompat = 0x5C;
        public const int FeatureIncompat = 0x60;
        public const int FeatureReadOnlyCompat = 0x64;
        public const int Uuid = 0x68;
        public const int VolumeName = 0x78;
        public const int ReservedDescriptorBlocks = 0xCE;
        public const int JournalUuid = 0xD0;
        public const int JournalInode = 0xE0;
        public const int JournalDevice = 0xE4;
        public const int LastOrphan = 0xE8;
        public const int HashSeed = 0xEC;
        public const int DefaultHashVersion = 0xFC;
        public const int DescriptorSize = 0xFE;
        public const int FirstMetaGroup = 0x104;
        public const int BlocksCountHigh = 0x150;
        public const int FreeBlocksHigh = 0x158;
        public const int MinExtraInodeSize = 0x15C;
        public const int WantExtraInodeSize = 0x15E;
        public const int Flags = 0x160;
        public const int MmpBlock = 0x168;
        public const int ChecksumType = 0x175;
        public const int BackupGroups = 0x24C;
        public const int ChecksumSeed = 0x270;
        public const int WriteTimeHigh = 0x274;
        public const int OrphanFileInode = 0x280;
        public const int Checksum = 0x3FC;
    }
}
