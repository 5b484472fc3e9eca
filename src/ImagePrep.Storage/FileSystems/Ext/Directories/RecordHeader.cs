using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>
/// The first eight bytes of struct ext4_dir_entry_2 (with INCOMPAT_FILETYPE) or struct ext4_dir_entry (without): what stands before a name.
/// </summary>
/// <param name="Inode">inode; 0 marks a record that is not in use.</param>
/// <param name="Length">rec_len in bytes, after decoding.</param>
/// <param name="NameLength">name_len.</param>
/// <param name="FileType">file_type, or the high byte of a 16-bit name_len, which must then be 0.</param>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/directory.html"/>
internal readonly record struct RecordHeader(uint Inode, int Length, byte NameLength, byte FileType)
{
    public const int Size = 8;

    /// <summary>Records start at multiples of this, so rec_len is one too.</summary>
    public const int Alignment = 4;

    /// <summary>The shortest record that may stand in a block: room for a name of one to four bytes.</summary>
    public const int MinLength = 12;

    /// <summary>rec_len of a record that fills a block of 64 KiB, which 16 bits cannot hold.</summary>
    private const ushort WholeLargeBlock = 65_535;

    private const int LargeBlock = 65_536;

    public bool IsUsed => Inode != 0;

    /// <summary>Bytes of the record that its own name needs.</summary>
    public int Needed => IsUsed ? LengthFor(NameLength) : 0;

    /// <summary>The shortest record that holds a name of this length.</summary>
    public static int LengthFor(int nameLength) => (Size + nameLength + Alignment - 1) / Alignment * Alignment;

    public static RecordHeader Parse(ReadOnlySpan<byte> bytes, int blockSize) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[Offsets.Inode..]),
        DecodeLength(BinaryPrimitives.ReadUInt16LittleEndian(bytes[Offsets.Length..]), blockSize),
        bytes[Offsets.NameLength],
        bytes[Offsets.FileType]);

    public void WriteTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[Offsets.Inode..], Inode);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[Offsets.Length..], EncodeLength(Length));
        bytes[Offsets.NameLength] = NameLength;
        bytes[Offsets.FileType] = FileType;
    }

    // Lengths are multiples of four, so in blocks of 64 KiB the two low bits carry bits 16 and 17. Both 0 and 65535 mean "the whole block".
    private static int DecodeLength(ushort stored, int blockSize)
    {
        if (blockSize < LargeBlock)
        {
            return stored;
        }

        return stored is 0 or WholeLargeBlock ? blockSize : (stored & 0xFFFC) | ((stored & 3) << 16);
    }

    private static ushort EncodeLength(int length) => length == LargeBlock ? WholeLargeBlock : checked((ushort)length);

    public static class Offsets
    {
        public const int Inode = 0;
        public const int Length = 4;
        public const int NameLength = 6;
        public const int FileType = 7;
        public const int Name = Size;
    }
}
