using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext.Journal;

/// <summary>s_feature_incompat of a journal.</summary>
[Flags]
internal enum JournalFeatures : uint
{
    None = 0,
    Revoke = 0x1,
    SixtyFourBit = 0x2,
    AsyncCommit = 0x4,
    ChecksumV2 = 0x8,
    ChecksumV3 = 0x10,
    FastCommit = 0x20,
}

/// <summary>
/// The jbd2 journal superblock. Unlike the rest of ext the journal is big-endian. The raw bytes are kept, and only the fields that say where the log
/// begins are ever changed.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/journal.html#super-block"/>
internal sealed class JournalSuperblock
{
    public const int Size = 1024;

    private const string Structure = "journal superblock";
    private const uint VersionOne = 3;
    private const uint VersionTwo = 4;
    private const uint CommitChecksums = 0x1;
    private const byte ChecksumTypeCrc32C = 4;
    private const uint DefaultFastCommitBlocks = 256;

    private const JournalFeatures Known =
        JournalFeatures.Revoke | JournalFeatures.SixtyFourBit | JournalFeatures.AsyncCommit | JournalFeatures.ChecksumV2 | JournalFeatures.ChecksumV3
        | JournalFeatures.FastCommit;

    private readonly byte[] _raw;

    private JournalSuperblock(byte[] raw) => _raw = raw;

    /// <summary>s_blocksize.</summary>
    public uint BlockSize => U32(Offsets.BlockSize);

    /// <summary>s_maxlen: blocks of the journal, this superblock included.</summary>
    public uint Length => U32(Offsets.Length);

    /// <summary>s_first: first block of the log.</summary>
    public uint First => U32(Offsets.First);

    /// <summary>s_sequence: the transaction that is expected where the log begins.</summary>
    public uint Sequence => U32(Offsets.Sequence);

    /// <summary>s_start: block of the log where replay begins, 0 when there is nothing to replay.</summary>
    public uint Start => U32(Offsets.Start);

    /// <summary>s_errno: the error that made the kernel give up the journal, 0 for none.</summary>
    public uint ErrorNumber => U32(Offsets.ErrorNumber);

    public JournalFeatures Features => IsVersionTwo ? (JournalFeatures)U32(Offsets.FeatureIncompat) : JournalFeatures.None;

    /// <summary>Commit blocks hold a checksum of their transaction's blocks: JBD2_FEATURE_COMPAT_CHECKSUM.</summary>
    public bool HasCommitChecksums => IsVersionTwo && (U32(Offsets.FeatureCompat) & CommitChecksums) != 0;

    /// <summary>Every block of the log carries a checksum, as does every block that is logged.</summary>
    public bool HasChecksums => (Features & (JournalFeatures.ChecksumV2 | JournalFeatures.ChecksumV3)) != JournalFeatures.None;

    /// <summary>Start value of those checksums.</summary>
    public uint ChecksumSeed => Crc32C.Compute(~0u, _raw.AsSpan(Offsets.Uuid, 16));

    /// <summary>Blocks at the end of the journal that hold fast commits instead of the log.</summary>
    public uint FastCommitBlocks => !Features.HasFlag(JournalFeatures.FastCommit) ? 0u
        : U32(Offsets.FastCommitBlocks) is 0 ? DefaultFastCommitBlocks
        : U32(Offsets.FastCommitBlocks);

    private bool IsVersionTwo => U32(JournalHeader.TypeOffset) == VersionTwo;

    /// <exception cref="CorruptImageException">It is not a journal superblock, or a damaged one.</exception>
    /// <exception cref="UnsupportedImageException">A feature that is not known.</exception>
    public static JournalSuperblock Parse(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < Size)
        {
            throw CorruptImageException.Truncated(Structure, Size, raw.Length);
        }

        JournalSuperblock superblock = new(raw[..Size].ToArray());
        superblock.Check();
        return superblock;
    }

    /// <summary>The superblock of the same journal with an empty log whose next transaction is <paramref name="sequence"/>.</summary>
    public byte[] Emptied(uint sequence)
    {
        byte[] raw = [.. _raw];
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(Offsets.Sequence), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(Offsets.Start), 0);
        if (HasChecksums)
        {
            BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(Offsets.Checksum), ComputeChecksum(raw));
        }

        return raw;
    }

    private static uint ComputeChecksum(ReadOnlySpan<byte> raw)
    {
        uint computed = Crc32C.Compute(~0u, raw[..Offsets.Checksum]);
        computed = Crc32C.Compute(computed, 0u);
        return Crc32C.Compute(computed, raw[(Offsets.Checksum + sizeof(uint))..Size]);
    }

    private void Check()
    {
        JournalHeader header = JournalHeader.Parse(_raw);
        if (!header.IsMagic)
        {
            throw new CorruptImageException(CorruptKind.BadMagic, Structure, $"h_magic is 0x{header.Magic:x8}, expected 0x{JournalHeader.ExpectedMagic:x8}.");
        }

        if ((uint)header.Type is not (VersionOne or VersionTwo))
        {
            throw CorruptImageException.OutOfRange(Structure, "h_blocktype", (uint)header.Type, "3 or 4");
        }

        JournalFeatures unknown = Features & ~Known;
        if (unknown != JournalFeatures.None)
        {
            throw new UnsupportedImageException(UnsupportedKind.UnknownFeature, Structure, $"s_feature_incompat has the unknown bits 0x{(uint)unknown:x}.");
        }

        if (!HasChecksums)
        {
            return;
        }

        if (_raw[Offsets.ChecksumType] != ChecksumTypeCrc32C)
        {
            throw CorruptImageException.OutOfRange(Structure, "s_checksum_type", _raw[Offsets.ChecksumType], "4 (crc32c)");
        }

        uint stored = U32(Offsets.Checksum);
        uint computed = ComputeChecksum(_raw);
        if (stored != computed)
        {
            throw CorruptImageException.BadChecksum(Structure, "s_checksum", stored, computed);
        }
    }

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_raw.AsSpan(offset));

    private static class Offsets
    {
        public const int BlockSize = 0x0C;
        public const int Length = 0x10;
        public const int First = 0x14;
        public const int Sequence = 0x18;
        public const int Start = 0x1C;
        public const int ErrorNumber = 0x20;
        public const int FeatureCompat = 0x24;
        public const int FeatureIncompat = 0x28;
        public const int Uuid = 0x30;
        public const int ChecksumType = 0x50;
        public const int FastCommitBlocks = 0x54;
        public const int Checksum = 0xFC;
    }
}
