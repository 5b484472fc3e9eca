using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Ext.Journal;

/// <summary>h_blocktype: what a block of the log is.</summary>
internal enum JournalBlockType : uint
{
    /// <summary>Names the home of each block that follows.</summary>
    Descriptor = 1,

    /// <summary>Ends a transaction; without it nothing of the transaction counts.</summary>
    Commit = 2,

    /// <summary>Names blocks that earlier transactions must not be replayed to.</summary>
    Revoke = 5,
}

/// <summary>The twelve bytes every block of the log's own begins with, big-endian.</summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/journal.html#block-header"/>
internal readonly record struct JournalHeader(uint Magic, JournalBlockType Type, uint Sequence)
{
    public const int Size = 12;
    public const int TypeOffset = 4;
    public const uint ExpectedMagic = 0xC03B_3998;

    public bool IsMagic => Magic == ExpectedMagic;

    public static JournalHeader Parse(ReadOnlySpan<byte> block) => new(
        BinaryPrimitives.ReadUInt32BigEndian(block),
        (JournalBlockType)BinaryPrimitives.ReadUInt32BigEndian(block[TypeOffset..]),
        BinaryPrimitives.ReadUInt32BigEndian(block[8..]));
}
