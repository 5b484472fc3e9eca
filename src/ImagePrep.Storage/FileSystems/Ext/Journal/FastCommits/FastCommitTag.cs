using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Ext.Journal.FastCommits;

/// <summary>fc_tag: what a piece of a fast commit says.</summary>
internal enum FastCommitTagType : ushort
{
    AddRange = 1,
    DeleteRange = 2,
    Create = 3,
    Link = 4,
    Unlink = 5,
    Inode = 6,
    Padding = 7,

    /// <summary>Ends one fast commit: transaction number, checksum, and padding up to the end of the block.</summary>
    Tail = 8,

    /// <summary>Begins the area: features and transaction number.</summary>
    Head = 9,
}

/// <summary>
/// One tag, length and value of the fast commit area. Unlike the journal's own blocks it is little-endian, and no tag crosses the end of a block.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/journal.html#fast-commits"/>
internal readonly ref struct FastCommitTag
{
    public const int HeaderSize = 4;

    private const int InodeNumberSize = 4;
    private const int ParentAndInodeSize = 8;

    private FastCommitTag(ReadOnlySpan<byte> raw, FastCommitTagType type)
    {
        Raw = raw;
        Type = type;
    }

    public FastCommitTagType Type { get; }

    /// <summary>Header and value.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    public ReadOnlySpan<byte> Value => Raw[HeaderSize..];

    /// <summary>The tag at the start of the bytes; false when it is none, or of a length that it cannot have.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, int inodeSize, out FastCommitTag tag)
    {
        FastCommitTagType type = (FastCommitTagType)BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        bool isSound = HeaderSize + length <= bytes.Length && IsLengthOf(type, length, inodeSize);
        tag = isSound ? new FastCommitTag(bytes[..(HeaderSize + length)], type) : default;
        return isSound;
    }

    public uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Value[offset..]);

    private static bool IsLengthOf(FastCommitTagType type, int length, int inodeSize) => type switch
    {
        FastCommitTagType.AddRange => length == 16,
        FastCommitTagType.DeleteRange => length == 12,
        FastCommitTagType.Create or FastCommitTagType.Link or FastCommitTagType.Unlink =>
            length is > ParentAndInodeSize and <= ParentAndInodeSize + FileName.MaxLength,
        FastCommitTagType.Inode => length >= InodeNumberSize + Inode.OldSize && length <= InodeNumberSize + inodeSize,
        FastCommitTagType.Padding => true,
        FastCommitTagType.Tail => length >= 8,
        FastCommitTagType.Head => length == 8,
        _ => false,
    };
}
