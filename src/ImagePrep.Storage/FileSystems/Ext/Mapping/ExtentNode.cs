using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Ext.Mapping;

/// <summary>ext4_extent_header: starts every node of an extent tree, in i_block as in blocks of their own.</summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/ifork.html#extent-tree"/>
/// <param name="Entries">eh_entries: entries in use.</param>
/// <param name="Max">eh_max: entries there is room for; a node's checksum follows the last of them.</param>
/// <param name="Depth">eh_depth: 0 for a leaf.</param>
/// <param name="Magic">eh_magic.</param>
internal readonly record struct ExtentHeader(ushort Entries, ushort Max, ushort Depth, ushort Magic = ExtentHeader.ExpectedMagic)
{
    public const int Size = 12;

    public const ushort ExpectedMagic = 0xF30A;

    /// <summary>Deeper trees than this cannot be needed: 2^32 blocks in nodes of 84 entries take five levels.</summary>
    public const int MaxDepth = 5;

    public static ExtentHeader Parse(ReadOnlySpan<byte> raw) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(raw[Offsets.Entries..]),
        BinaryPrimitives.ReadUInt16LittleEndian(raw[Offsets.Max..]),
        BinaryPrimitives.ReadUInt16LittleEndian(raw[Offsets.Depth..]),
        BinaryPrimitives.ReadUInt16LittleEndian(raw[Offsets.Magic..]));

    public void WriteTo(Span<byte> raw)
    {
        raw[..Size].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(raw[Offsets.Magic..], Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(raw[Offsets.Entries..], Entries);
        BinaryPrimitives.WriteUInt16LittleEndian(raw[Offsets.Max..], Max);
        BinaryPrimitives.WriteUInt16LittleEndian(raw[Offsets.Depth..], Depth);
    }

    public static class Offsets
    {
        public const int Magic = 0;
        public const int Entries = 2;
        public const int Max = 4;
        public const int Depth = 6;
    }
}

/// <summary>ext4_extent: an entry of a leaf.</summary>
internal static class ExtentLeafEntry
{
    public const int Size = 12;

    /// <summary>Longest extent; a larger ee_len marks an unwritten one of that many blocks more.</summary>
    public const uint MaxBlocks = 32768;

    public const uint MaxUnwrittenBlocks = MaxBlocks - 1;

    public static BlockRun Parse(ReadOnlySpan<byte> raw)
    {
        uint length = BinaryPrimitives.ReadUInt16LittleEndian(raw[Offsets.Length..]);
        bool unwritten = length > MaxBlocks;
        return new BlockRun(
            BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.Block..]),
            HiLo.Join(BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.StartLow..]), BinaryPrimitives.ReadUInt16LittleEndian(raw[Offsets.StartHigh..])),
            unwritten ? length - MaxBlocks : length,
            unwritten);
    }

    public static void Write(BlockRun run, Span<byte> raw)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(raw[Offsets.Block..], run.Logical);
        BinaryPrimitives.WriteUInt16LittleEndian(raw[Offsets.Length..], (ushort)(run.Unwritten ? run.Count + MaxBlocks : run.Count));
        BinaryPrimitives.WriteUInt16LittleEndian(raw[Offsets.StartHigh..], HiLo.High16(run.Physical));
        BinaryPrimitives.WriteUInt32LittleEndian(raw[Offsets.StartLow..], HiLo.Low32(run.Physical));
    }

    public static class Offsets
    {
        public const int Block = 0;
        public const int Length = 4;
        public const int StartHigh = 6;
        public const int StartLow = 8;
    }
}

/// <summary>ext4_extent_idx: an entry of an inner node.</summary>
/// <param name="Logical">ei_block: first block of the file that the child covers.</param>
/// <param name="Child">ei_leaf: the child's block.</param>
internal readonly record struct ExtentIndexEntry(uint Logical, long Child)
{
    public const int Size = 12;

    public static ExtentIndexEntry Parse(ReadOnlySpan<byte> raw) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.Block..]),
        HiLo.Join(BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.LeafLow..]), BinaryPrimitives.ReadUInt16LittleEndian(raw[Offsets.LeafHigh..])));

    public void WriteTo(Span<byte> raw)
    {
        raw[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(raw[Offsets.Block..], Logical);
        BinaryPrimitives.WriteUInt32LittleEndian(raw[Offsets.LeafLow..], HiLo.Low32(Child));
        BinaryPrimitives.WriteUInt16LittleEndian(raw[Offsets.LeafHigh..], HiLo.High16(Child));
    }

    public static class Offsets
    {
        public const int Block = 0;
        public const int LeafLow = 4;
        public const int LeafHigh = 8;
    }
}
