using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>
/// An index block of an htree: struct dx_root (block 0) or struct dx_node. Both hide from linear readers inside one record without a name
/// and hold a table of (hash, block), sorted by hash; the place of the first hash is taken by limit and count.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/directory.html#hash-tree-directories"/>
internal sealed partial class IndexNode
{
    /// <summary>Blocks that an entry can name.</summary>
    public const uint MaxBlocks = BlockMask + 1;

    private const int EntrySize = 8;

    /// <summary>The high four bits of a block number are reserved.</summary>
    private const uint BlockMask = 0x0FFF_FFFF;

    private const int RootEntries = (2 * DotRecords.RecordLength) + IndexRootInfo.Size;
    private const int NodeEntries = RecordHeader.Size;
    private const int RootInfo = 2 * DotRecords.RecordLength;

    private readonly DirectoryRules _rules;
    private readonly byte[] _bytes;
    private readonly int _entries;

    private IndexNode(DirectoryRules rules, byte[] bytes, int entries)
    {
        _rules = rules;
        _bytes = bytes;
        _entries = entries;
    }

    /// <summary>Entries that fit.</summary>
    public int Limit => LimitFor(_rules, _entries);

    public int Count
    {
        get => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(_entries + Offsets.Count));
        private set => BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_entries + Offsets.Count), checked((ushort)value));
    }

    public bool IsFull => Count == Limit;

    public static IndexNode ParseRoot(byte[] bytes, DirectoryRules rules)
    {
        DotRecords dots = DotRecords.Parse(bytes, rules);
        if (dots.SelfLength != DotRecords.RecordLength || dots.ParentLength != rules.BlockSize - DotRecords.RecordLength)
        {
            throw new CorruptImageException(
                CorruptKind.BadMagic,
                new BlockPlace(rules.Self, 0).ToString(),
                "EXT4_INDEX_FL is set, but '..' does not cover an index. e2fsck -fD rebuilds the index.");
        }

        IndexRootInfo.Parse(bytes.AsSpan(RootInfo), rules);
        return Parse(bytes, rules, 0, RootEntries);
    }

    public static IndexNode ParseNode(byte[] bytes, DirectoryRules rules, uint number)
    {
        if (!LooksLikeNode(bytes, rules))
        {
            throw new CorruptImageException(
                CorruptKind.BadMagic,
                new BlockPlace(rules.Self, number).ToString(),
                "the index names it as an index block, but it is not one. e2fsck -fD rebuilds the index.");
        }

        return Parse(bytes, rules, number, NodeEntries);
    }

    /// <summary>
    /// One unused record over the whole block. A leaf without names looks the same, but only when there are no checksums: with them it ends
    /// before its tail.
    /// </summary>
    public static bool LooksLikeNode(ReadOnlySpan<byte> bytes, DirectoryRules rules) =>
        RecordHeader.Parse(bytes, rules.BlockSize) == new RecordHeader(0, rules.BlockSize, 0, 0);

    /// <summary>Only of the root.</summary>
    public IndexRootInfo ReadRootInfo() => IndexRootInfo.Parse(_bytes.AsSpan(RootInfo), _rules);

    /// <summary>The lowest hash of an entry, bit 0 set when the leaf before also has it. The first entry takes all that is lower: 0.</summary>
    public uint HashAt(int index) => index == 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(Entry(index)[Offsets.Hash..]);

    public uint BlockAt(int index) => BinaryPrimitives.ReadUInt32LittleEndian(Entry(index)[Offsets.Block..]) & BlockMask;

    /// <summary>The last entry whose hash is not above this one.</summary>
    public int Find(uint hash)
    {
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = high - ((high - low) / 2);
            if (HashAt(middle) > hash)
            {
                high = middle - 1;
            }
            else
            {
                low = middle;
            }
        }

        return low;
    }

    private static IndexNode Parse(byte[] bytes, DirectoryRules rules, uint number, int entries)
    {
        IndexNode node = new(rules, bytes, entries);
        BlockPlace place = new(rules.Self, number);
        int limit = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(entries + Offsets.Limit));
        if (limit != node.Limit)
        {
            throw CorruptImageException.OutOfRange(place.ToString(), "limit", limit, $"{node.Limit}; e2fsck -fD rebuilds the index");
        }

        if (node.Count < 1 || node.Count > limit)
        {
            throw CorruptImageException.OutOfRange(place.ToString(), "count", node.Count, $"1 to {limit}");
        }

        node.VerifyChecksum(place);
        for (int i = 1; i < node.Count; i++)
        {
            if (node.HashAt(i) < node.HashAt(i - 1))
            {
                throw new CorruptImageException(
                    CorruptKind.Inconsistent,
                    place.ToString(),
                    $"entry {i} has hash 0x{node.HashAt(i):x8}, lower than the entry before. e2fsck -fD rebuilds the index.");
            }
        }

        return node;
    }

    private static int LimitFor(DirectoryRules rules, int entries)
    {
        int tail = rules.HasChecksums ? IndexTail.Size : 0;
        return (rules.BlockSize - entries - tail) / EntrySize;
    }

    private Span<byte> Entry(int index) => _bytes.AsSpan(_entries + (index * EntrySize), EntrySize);

    private void VerifyChecksum(BlockPlace place)
    {
        if (_rules.HasChecksums)
        {
            IndexTail.Verify(_bytes, _rules, UsedLength, TailOffset, place);
        }
    }

    private int UsedLength => _entries + (Count * EntrySize);

    private int TailOffset => _entries + (Limit * EntrySize);

    private static class Offsets
    {
        public const int Limit = 0;
        public const int Count = 2;
        public const int Hash = 0;
        public const int Block = 4;
    }
}
