using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>
/// struct ext4_dir_entry_tail: the last twelve bytes of a leaf block with metadata_csum. To old software it is an unused record; its
/// checksum covers the directory's inode number and generation and everything before the tail.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/directory.html"/>
internal static class DirectoryTail
{
    public const int Size = 12;

    private const byte ReservedFileType = 0xDE;

    /// <summary>Where the records of a leaf block end: before the tail, if there is one.</summary>
    public static int RecordsEnd(DirectoryRules rules) => rules.HasChecksums ? rules.BlockSize - Size : rules.BlockSize;

    /// <summary>Checks magic values first, then the checksum. Does nothing without checksums.</summary>
    public static void Verify(ReadOnlySpan<byte> block, DirectoryRules rules, BlockPlace place)
    {
        if (!rules.HasChecksums)
        {
            return;
        }

        ReadOnlySpan<byte> tail = block[RecordsEnd(rules)..];
        RecordHeader header = RecordHeader.Parse(tail, rules.BlockSize);
        if (header != new RecordHeader(0, Size, 0, ReservedFileType))
        {
            throw new CorruptImageException(
                CorruptKind.BadMagic, place.ToString(), "the checksum tail is missing or damaged; e2fsck -fD rebuilds the directory.");
        }

        uint found = BinaryPrimitives.ReadUInt32LittleEndian(tail[Offsets.Checksum..]);
        uint computed = Crc32C.Compute(rules.ChecksumSeed, block[..RecordsEnd(rules)]);
        if (found != computed)
        {
            throw CorruptImageException.BadChecksum(place.ToString(), "det_checksum", found, computed);
        }
    }

    /// <summary>Writes the tail of a block whose records are final. Does nothing without checksums.</summary>
    public static void WriteTo(Span<byte> block, DirectoryRules rules)
    {
        if (!rules.HasChecksums)
        {
            return;
        }

        Span<byte> tail = block[RecordsEnd(rules)..];
        new RecordHeader(0, Size, 0, ReservedFileType).WriteTo(tail);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[Offsets.Checksum..], Crc32C.Compute(rules.ChecksumSeed, block[..RecordsEnd(rules)]));
    }

    public static class Offsets
    {
        public const int Checksum = RecordHeader.Size;
    }
}
