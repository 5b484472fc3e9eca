using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>
/// struct dx_tail: the checksum of an index block with metadata_csum, right behind the last entry that fits. It covers the directory's inode
/// number and generation, the block up to its last used entry, dt_reserved, and zeros in the place of the checksum itself.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/directory.html#hash-tree-directories"/>
internal static class IndexTail
{
    public const int Size = 8;

    public static void Verify(ReadOnlySpan<byte> block, DirectoryRules rules, int usedLength, int tailOffset, BlockPlace place)
    {
        uint found = BinaryPrimitives.ReadUInt32LittleEndian(block[(tailOffset + Offsets.Checksum)..]);
        uint computed = Compute(block, rules, usedLength, tailOffset);
        if (found != computed)
        {
            throw CorruptImageException.BadChecksum(place.ToString(), "dt_checksum", found, computed);
        }
    }

    public static void WriteTo(Span<byte> block, DirectoryRules rules, int usedLength, int tailOffset) =>
        BinaryPrimitives.WriteUInt32LittleEndian(
            block[(tailOffset + Offsets.Checksum)..], Compute(block, rules, usedLength, tailOffset));

    private static uint Compute(ReadOnlySpan<byte> block, DirectoryRules rules, int usedLength, int tailOffset)
    {
        uint checksum = Crc32C.Compute(rules.ChecksumSeed, block[..usedLength]);
        checksum = Crc32C.Compute(checksum, block.Slice(tailOffset + Offsets.Reserved, Offsets.Checksum));
        return Crc32C.Compute(checksum, 0u);
    }

    public static class Offsets
    {
        public const int Reserved = 0;
        public const int Checksum = 4;
    }
}
