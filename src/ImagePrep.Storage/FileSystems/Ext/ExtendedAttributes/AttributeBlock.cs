using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

/// <summary>The block of extended attributes that i_file_acl names; inodes with equal attributes may share one.</summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/attributes.html"/>
/// <param name="References">h_refcount: inodes that use the block.</param>
/// <param name="Entries">The attributes, in stored order.</param>
internal sealed record AttributeBlock(uint References, IReadOnlyList<AttributeEntry> Entries)
{
    public const int HeaderSize = 32;

    private const uint Magic = 0xEA02_0000;

    /// <exception cref="CorruptImageException">The block is damaged.</exception>
    public static AttributeBlock Load(Volume volume, long block, uint inode)
    {
        string owner = $"attribute block {block} of inode {inode}";
        volume.CheckBlocks(block, 1, $"i_file_acl of inode {inode}");
        byte[] raw = volume.ReadBlock(block);
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(raw);
        if (magic != Magic)
        {
            throw new CorruptImageException(CorruptKind.BadMagic, owner, $"h_magic is 0x{magic:x8}, expected 0x{Magic:x8}.");
        }

        if (volume.HasChecksums)
        {
            uint stored = BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(Offsets.Checksum));
            uint computed = ComputeChecksum(volume, block, raw);
            if (stored != computed)
            {
                throw CorruptImageException.BadChecksum(owner, "h_checksum", stored, computed);
            }
        }

        uint blocks = BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(Offsets.Blocks));
        if (blocks != 1)
        {
            throw CorruptImageException.OutOfRange(owner, "h_blocks", blocks, "1");
        }

        uint references = BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(Offsets.References));
        if (references == 0)
        {
            throw CorruptImageException.OutOfRange(owner, "h_refcount", references, "at least 1");
        }

        return new AttributeBlock(references, AttributeArea.Parse(raw.AsSpan(HeaderSize), -HeaderSize, owner));
    }

    /// <summary>Whether a block can hold these entries.</summary>
    public static bool Fits(IEnumerable<AttributeEntry> entries, int blockSize) =>
        AttributeArea.SpaceFor(entries) <= blockSize - HeaderSize;

    /// <summary>The whole block with hashes and checksum; entries must be in <see cref="AttributeName.CompareInBlock"/> order.</summary>
    public byte[] ToBytes(Volume volume, long block)
    {
        byte[] raw = new byte[volume.BlockSize];
        BinaryPrimitives.WriteUInt32LittleEndian(raw, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(Offsets.References), References);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(Offsets.Blocks), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(Offsets.Hash), ComputeHash(Entries));
        AttributeArea.Write(Entries, raw.AsSpan(HeaderSize), -HeaderSize);
        if (volume.HasChecksums)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(Offsets.Checksum), ComputeChecksum(volume, block, raw));
        }

        return raw;
    }

    /// <summary>The block's bytes with another reference count and nothing else changed.</summary>
    public static byte[] WithReferences(Volume volume, long block, uint references)
    {
        byte[] raw = volume.ReadBlock(block);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(Offsets.References), references);
        if (volume.HasChecksums)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(Offsets.Checksum), ComputeChecksum(volume, block, raw));
        }

        return raw;
    }

    // h_hash is what kernels look for when they share equal blocks; 0 in one entry means "do not share".
    private static uint ComputeHash(IEnumerable<AttributeEntry> entries)
    {
        uint hash = 0;
        foreach (AttributeEntry entry in entries)
        {
            if (entry.Hash == 0)
            {
                return 0;
            }

            hash = uint.RotateLeft(hash, 16) ^ entry.Hash;
        }

        return hash;
    }

    private static uint ComputeChecksum(Volume volume, long block, ReadOnlySpan<byte> raw)
    {
        uint crc = Crc32C.Compute(volume.ChecksumSeed, (ulong)block);
        crc = Crc32C.Compute(crc, raw[..Offsets.Checksum]);
        crc = Crc32C.Compute(crc, 0u);
        return Crc32C.Compute(crc, raw[(Offsets.Checksum + sizeof(uint))..]);
    }

    /// <summary>Byte offsets within ext4_xattr_header.</summary>
    private static class Offsets
    {
        public const int References = 4;
        public const int Blocks = 8;
        public const int Hash = 12;
        public const int Checksum = 16;
    }
}
