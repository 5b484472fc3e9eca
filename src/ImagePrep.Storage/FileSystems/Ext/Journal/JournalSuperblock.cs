using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext.Journal;

/// <summary>
/// The jbd2 journal superblock, as much of it as tells whether the log is empty. Unlike the rest of ext it is big-endian.
/// </summary>
/// <param name="Start">s_start: block of the log where replay begins, 0 when there is nothing to replay.</param>
/// <param name="ErrorNumber">s_errno: the error that made the kernel give up the journal, 0 for none.</param>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/journal.html#super-block"/>
internal readonly record struct JournalSuperblock(uint Start, uint ErrorNumber)
{
    public const int Size = 1024;

    private const string Structure = "journal superblock";
    private const uint Magic = 0xC03B_3998;
    private const uint VersionOne = 3;
    private const uint VersionTwo = 4;
    private const uint ChecksumFeatures = 0x8 | 0x10;

    /// <exception cref="CorruptImageException">It is not a journal superblock, or a damaged one.</exception>
    public static JournalSuperblock Parse(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < Size)
        {
            throw CorruptImageException.Truncated(Structure, Size, raw.Length);
        }

        uint magic = U32(raw, Offsets.Magic);
        if (magic != Magic)
        {
            throw new CorruptImageException(CorruptKind.BadMagic, Structure, $"h_magic is 0x{magic:x8}, expected 0x{Magic:x8}.");
        }

        uint type = U32(raw, Offsets.BlockType);
        if (type is not (VersionOne or VersionTwo))
        {
            throw CorruptImageException.OutOfRange(Structure, "h_blocktype", type, "3 or 4");
        }

        if (type == VersionTwo && (U32(raw, Offsets.FeatureIncompat) & ChecksumFeatures) != 0)
        {
            uint stored = U32(raw, Offsets.Checksum);
            uint computed = Crc32C.Compute(~0u, raw[..Offsets.Checksum]);
            computed = Crc32C.Compute(computed, 0u);
            computed = Crc32C.Compute(computed, raw[(Offsets.Checksum + sizeof(uint))..Size]);
            if (stored != computed)
            {
                throw CorruptImageException.BadChecksum(Structure, "s_checksum", stored, computed);
            }
        }

        return new JournalSuperblock(U32(raw, Offsets.Start), U32(raw, Offsets.ErrorNumber));
    }

    private static uint U32(ReadOnlySpan<byte> raw, int offset) => BinaryPrimitives.ReadUInt32BigEndian(raw[offset..]);

    private static class Offsets
    {
        public const int Magic = 0x00;
        public const int BlockType = 0x04;
        public const int Start = 0x1C;
        public const int ErrorNumber = 0x20;
        public const int FeatureIncompat = 0x28;
        public const int Checksum = 0xFC;
    }
}
