using System.Buffers.Binary;
using ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <content>Making and changing index blocks.</content>
internal sealed partial class IndexNode
{
    /// <summary>Whether the block must be written.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>A root above one leaf.</summary>
    public static IndexNode CreateRoot(DirectoryRules rules, uint parent, HashVersion version, uint leaf)
    {
        byte[] bytes = new byte[rules.BlockSize];
        DotRecords.Write(bytes, rules, parent, rules.BlockSize - DotRecords.RecordLength);
        new IndexRootInfo((byte)version, 0).WriteTo(bytes.AsSpan(RootInfo));
        IndexNode root = new(rules, bytes, RootEntries);
        root.WriteLimit();
        root.KeepOnly(leaf);
        return root;
    }

    /// <summary>Of the root: lets ".." mean another directory.</summary>
    public void SetParent(uint parent) => DotRecords.Write(_bytes, _rules, parent, _rules.BlockSize - DotRecords.RecordLength);

    /// <summary>Adds an entry; the caller has made sure that there is room.</summary>
    public void InsertBehind(int index, uint hash, uint block)
    {
        int place = _entries + ((index + 1) * EntrySize);
        _bytes.AsSpan(place, UsedLength - place).CopyTo(_bytes.AsSpan(place + EntrySize));
        Count++;
        BinaryPrimitives.WriteUInt32LittleEndian(Entry(index + 1)[Offsets.Hash..], hash);
        BinaryPrimitives.WriteUInt32LittleEndian(Entry(index + 1)[Offsets.Block..], block);
        IsChanged = true;
    }

    /// <summary>Moves the entries from an index on into a new node. The hash of the first of them is then the parent's to keep.</summary>
    public IndexNode SplitOff(int from)
    {
        IndexNode upper = CreateNode(_rules, _bytes.AsSpan(_entries + (from * EntrySize), (Count - from) * EntrySize));
        Truncate(from);
        return upper;
    }

    /// <summary>Of the root: copies its entries into a new node, which the root is to have as its only child one level deeper.</summary>
    public IndexNode CopyDown() => CreateNode(_rules, _bytes.AsSpan(_entries, Count * EntrySize));

    /// <summary>Of the root: one child, and as many levels below as said.</summary>
    public void BecomeParentOf(uint child, byte levels)
    {
        KeepOnly(child);
        (ReadRootInfo() with { Levels = levels }).WriteTo(_bytes.AsSpan(RootInfo));
    }

    /// <summary>The block's bytes with a fresh checksum, ready to be written.</summary>
    public byte[] Seal()
    {
        if (_rules.HasChecksums)
        {
            IndexTail.WriteTo(_bytes, _rules, UsedLength, TailOffset);
        }

        return _bytes;
    }

    /// <summary>Zeroes what lies between the last entry and the end. Returns whether there was something, and the block, sealed.</summary>
    public static (int Erased, byte[] Sealed) EraseSlack(byte[] bytes, DirectoryRules rules, uint number)
    {
        IndexNode node = number == 0 ? ParseRoot(bytes, rules) : ParseNode(bytes, rules, number);
        Span<byte> slack = bytes.AsSpan(node.UsedLength, node.TailOffset - node.UsedLength);
        bool found = slack.ContainsAnyExcept((byte)0);
        slack.Clear();
        return (found ? 1 : 0, node.Seal());
    }

    private static IndexNode CreateNode(DirectoryRules rules, ReadOnlySpan<byte> entries)
    {
        byte[] bytes = new byte[rules.BlockSize];
        new RecordHeader(0, rules.BlockSize, 0, 0).WriteTo(bytes);
        entries.CopyTo(bytes.AsSpan(NodeEntries));
        IndexNode node = new(rules, bytes, NodeEntries);
        node.WriteLimit();
        node.Count = entries.Length / EntrySize;
        return node;
    }

    private void KeepOnly(uint block)
    {
        Count = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(Entry(0)[Offsets.Block..], block);
        Truncate(1);
    }

    private void Truncate(int count)
    {
        Count = count;
        _bytes.AsSpan(UsedLength, TailOffset - UsedLength).Clear();
        IsChanged = true;
    }

    private void WriteLimit() =>
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_entries + Offsets.Limit), checked((ushort)Limit));
}
