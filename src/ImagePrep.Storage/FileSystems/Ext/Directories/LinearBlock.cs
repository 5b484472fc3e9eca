using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>
/// A block of directory records, one after the other: any block of a linear directory, or a leaf of an htree. Records cover the block
/// without a gap, each stretches to the next, and unused bytes belong to the record before them.
/// </summary>
internal sealed partial class LinearBlock
{
    private readonly DirectoryRules _rules;
    private readonly byte[] _bytes;
    private List<Slot> _slots;

    private LinearBlock(DirectoryRules rules, byte[] bytes, List<Slot> slots)
    {
        _rules = rules;
        _bytes = bytes;
        _slots = slots;
    }

    /// <summary>The names of the block in their order, "." and ".." included.</summary>
    public IEnumerable<DirectoryRecord> Records
    {
        get
        {
            foreach (Slot slot in _slots)
            {
                if (slot.Header.IsUsed)
                {
                    yield return new DirectoryRecord(new FileName(NameOf(slot)), slot.Header.Inode, TypeOf(slot));
                }
            }
        }
    }

    /// <summary>Checks the checksum and every record.</summary>
    /// <exception cref="CorruptImageException">The block breaks a rule of the format.</exception>
    public static LinearBlock Parse(byte[] bytes, DirectoryRules rules, uint number)
    {
        BlockPlace place = new(rules.Self, number);
        DirectoryTail.Verify(bytes, rules, place);

        List<Slot> slots = [];
        int end = DirectoryTail.RecordsEnd(rules);
        int offset = 0;
        while (offset < end)
        {
            RecordHeader header = ParseRecord(bytes.AsSpan(offset, end - offset), rules, place, offset);
            slots.Add(new Slot(offset, header));
            offset += header.Length;
        }

        return new LinearBlock(rules, bytes, slots);
    }

    public bool TryFind(ReadOnlySpan<byte> name, out DirectoryRecord record)
    {
        int index = IndexOf(name);
        record = index < 0
            ? default
            : new DirectoryRecord(new FileName(name), _slots[index].Header.Inode, TypeOf(_slots[index]));
        return index >= 0;
    }

    private static RecordHeader ParseRecord(ReadOnlySpan<byte> rest, DirectoryRules rules, BlockPlace place, int offset)
    {
        if (rest.Length < RecordHeader.MinLength)
        {
            throw CorruptImageException.Truncated($"{place}, record at {offset}", RecordHeader.MinLength, rest.Length);
        }

        RecordHeader header = RecordHeader.Parse(rest, rules.BlockSize);
        bool fits = header.Length >= RecordHeader.MinLength && header.Length <= rest.Length && header.Length % RecordHeader.Alignment == 0;
        if (!fits)
        {
            throw CorruptImageException.OutOfRange(
                $"{place}, record at {offset}", "rec_len", header.Length, $"a multiple of 4 from {RecordHeader.MinLength} to {rest.Length}");
        }

        if (header.IsUsed)
        {
            CheckName(rest, header, rules, place, offset);
        }

        return header;
    }

    private static void CheckName(ReadOnlySpan<byte> rest, RecordHeader header, DirectoryRules rules, BlockPlace place, int offset)
    {
        if (!rules.HasFileType && header.FileType != 0)
        {
            int length = (header.FileType << 8) | header.NameLength;
            throw CorruptImageException.OutOfRange($"{place}, record at {offset}", "name_len", length, $"1 to {FileName.MaxLength}");
        }

        if (header.NameLength == 0 || header.Needed > header.Length)
        {
            throw CorruptImageException.OutOfRange(
                $"{place}, record at {offset}", "name_len", header.NameLength, $"1 to {header.Length - RecordHeader.Size}");
        }

        ReadOnlySpan<byte> name = rest.Slice(RecordHeader.Offsets.Name, header.NameLength);
        if (!FileName.IsValid(name))
        {
            throw CorruptImageException.OutOfRange(
                $"{place}, record at {offset}", "name", $"'{PrintableText.From(name)}'", "a name without NUL and '/'");
        }
    }

    private int IndexOf(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _slots.Count; i++)
        {
            if (_slots[i].Header.IsUsed && NameOf(_slots[i]).SequenceEqual(name))
            {
                return i;
            }
        }

        return -1;
    }

    private ReadOnlySpan<byte> NameOf(Slot slot) => _bytes.AsSpan(slot.Offset + RecordHeader.Offsets.Name, slot.Header.NameLength);

    private byte TypeOf(Slot slot) => _rules.HasFileType ? slot.Header.FileType : (byte)0;

    /// <summary>A record and its place in the block.</summary>
    private readonly record struct Slot(int Offset, RecordHeader Header)
    {
        public int End => Offset + Header.Length;
    }
}
