using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

/// <summary>
/// A run of attribute entries that grows from the front, with their values growing from the back; four zero bytes end the entries. The same
/// form is used inside the inode and in an attribute block; only what value offsets count from differs.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/attributes.html"/>
internal static class AttributeArea
{
    public const int EntryHeaderSize = 16;

    /// <summary>The zero word behind the last entry.</summary>
    public const int EndMarkSize = 4;

    public static int Pad(int length) => (length + 3) & ~3;

    /// <summary>Bytes that these entries take, end mark included.</summary>
    public static int SpaceFor(IEnumerable<AttributeEntry> entries) => EndMarkSize + entries.Sum(entry => entry.Space);

    /// <param name="area">From the first entry to the end of the room for values.</param>
    /// <param name="valueBase">What e_value_offs counts from, relative to the start of <paramref name="area"/>: 0, or minus the block header.</param>
    /// <param name="owner">For messages.</param>
    public static List<AttributeEntry> Parse(ReadOnlySpan<byte> area, int valueBase, string owner)
    {
        List<AttributeEntry> entries = [];
        int position = 0;
        while (true)
        {
            if (position + EndMarkSize > area.Length)
            {
                throw new CorruptImageException(CorruptKind.Truncated, owner, "the list of extended attributes has no end.");
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(area[position..]) == 0)
            {
                break;
            }

            int nameLength = area[position];
            int next = position + Pad(EntryHeaderSize + nameLength);
            if (next + EndMarkSize > area.Length)
            {
                throw CorruptImageException.OutOfRange(owner, "e_name_len", nameLength, "a name inside the attribute area");
            }

            entries.Add(ParseEntry(area, position, valueBase, owner));
            position = next;
        }

        CheckValuesLieBehind(area, position + EndMarkSize, valueBase, owner);
        return entries;
    }

    /// <summary>Replaces the whole area; the caller has checked the space.</summary>
    public static void Write(IReadOnlyList<AttributeEntry> entries, Span<byte> area, int valueBase)
    {
        area.Clear();
        int position = 0;
        int end = area.Length;
        foreach (AttributeEntry entry in entries)
        {
            end -= entry.ValueSpace;
            Span<byte> raw = area[position..];
            raw[Offsets.NameLength] = (byte)entry.Name.Bytes.Length;
            raw[Offsets.NameIndex] = entry.Name.Index;
            int offset = entry.Value.Length == 0 ? 0 : end - valueBase;
            BinaryPrimitives.WriteUInt16LittleEndian(raw[Offsets.ValueOffset..], (ushort)offset);
            BinaryPrimitives.WriteUInt32LittleEndian(raw[Offsets.ValueInode..], entry.External.Inode);
            BinaryPrimitives.WriteUInt32LittleEndian(raw[Offsets.ValueSize..], entry.IsExternal ? entry.External.Size : (uint)entry.Value.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(raw[Offsets.Hash..], entry.Hash);
            entry.Name.Bytes.CopyTo(raw[EntryHeaderSize..]);
            entry.Value.CopyTo(area[end..]);
            position += entry.EntrySpace;
        }
    }

    private static AttributeEntry ParseEntry(ReadOnlySpan<byte> area, int position, int valueBase, string owner)
    {
        ReadOnlySpan<byte> raw = area[position..];
        AttributeName name = new(raw[Offsets.NameIndex], raw.Slice(EntryHeaderSize, raw[Offsets.NameLength]).ToArray());
        uint hash = BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.Hash..]);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.ValueSize..]);
        uint valueInode = BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.ValueInode..]);
        if (valueInode != 0)
        {
            return new AttributeEntry(name, [], hash, new ExternalValue(valueInode, size));
        }

        long start = BinaryPrimitives.ReadUInt16LittleEndian(raw[Offsets.ValueOffset..]) + valueBase;
        if (size > 0 && (start < 0 || size > area.Length || start > area.Length - size))
        {
            throw CorruptImageException.OutOfRange(owner, "e_value_offs and e_value_size", $"{start - valueBase} and {size}", "a place inside the attribute area");
        }

        byte[] value = size == 0 ? [] : area.Slice((int)start, (int)size).ToArray();
        return new AttributeEntry(name, value, hash);
    }

    // Values inside the entries would make every rewrite destroy them.
    private static void CheckValuesLieBehind(ReadOnlySpan<byte> area, int entriesEnd, int valueBase, string owner)
    {
        for (int position = 0; position < entriesEnd - EndMarkSize; position += Pad(EntryHeaderSize + area[position]))
        {
            ReadOnlySpan<byte> raw = area[position..];
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.ValueSize..]);
            int start = BinaryPrimitives.ReadUInt16LittleEndian(raw[Offsets.ValueOffset..]) + valueBase;
            bool isHere = BinaryPrimitives.ReadUInt32LittleEndian(raw[Offsets.ValueInode..]) == 0;
            if (isHere && size > 0 && start < entriesEnd)
            {
                throw new CorruptImageException(
                    CorruptKind.Overlap, owner, $"the value of an extended attribute starts at {start - valueBase}, inside the list of names.");
            }
        }
    }

    /// <summary>Byte offsets within ext4_xattr_entry.</summary>
    private static class Offsets
    {
        public const int NameLength = 0;
        public const int NameIndex = 1;
        public const int ValueOffset = 2;
        public const int ValueInode = 4;
        public const int ValueSize = 8;
        public const int Hash = 12;
    }
}
