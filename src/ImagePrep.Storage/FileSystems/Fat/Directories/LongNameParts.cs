using ImagePrep.Storage.FileSystems.Fat.Names;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat.Directories;

/// <summary>The pieces of a long name seen so far while a directory is read: complete, in order and with one checksum, or not used at all.</summary>
internal sealed class LongNameParts
{
    private readonly List<int> _offsets = [];
    private readonly char[] _units = new char[LongNameRecord.MaxRecords * LongNameRecord.UnitsPerRecord];
    private int _missing;
    private int _count;
    private byte _checksum;

    /// <summary>Takes the next piece; returns the offsets of pieces that turn out to belong to nothing.</summary>
    public IReadOnlyList<int> Add(ReadOnlySpan<byte> raw, int offset)
    {
        byte order = LongNameRecord.Order(raw);
        IReadOnlyList<int> dropped = [];
        bool starts = (order & LongNameRecord.Last) != 0;
        int piece = order & ~LongNameRecord.Last;
        if (starts)
        {
            dropped = Drop();
            _missing = piece;
            _count = piece;
            _checksum = LongNameRecord.Checksum(raw);
        }

        bool fits = piece is > 0 and <= LongNameRecord.MaxRecords && piece == _missing
            && LongNameRecord.Checksum(raw) == _checksum && LongNameRecord.IsName(raw);
        if (!fits)
        {
            return [.. dropped, .. Drop(), offset];
        }

        LongNameRecord.ReadUnits(raw, _units.AsSpan((piece - 1) * LongNameRecord.UnitsPerRecord, LongNameRecord.UnitsPerRecord));
        _offsets.Add(offset);
        _missing--;
        return dropped;
    }

    /// <summary>Ends the run at a short name.</summary>
    /// <param name="shortName">The eleven bytes the checksum must be of.</param>
    /// <param name="offset">Offset of its record.</param>
    /// <param name="name">The long name, when there is one that fits and can be shown.</param>
    /// <param name="dropped">Pieces that belong to nothing.</param>
    /// <returns>Offset of the first record that belongs to the name.</returns>
    public int TryTake(ReadOnlySpan<byte> shortName, int offset, out string? name, out IEnumerable<int> dropped)
    {
        name = null;
        if (_offsets.Count == 0 || _missing != 0 || _checksum != ShortName.Checksum(shortName))
        {
            dropped = Drop();
            return offset;
        }

        dropped = [];
        int start = _offsets[0];
        ReadOnlySpan<char> units = _units.AsSpan(0, _count * LongNameRecord.UnitsPerRecord);
        int end = units.IndexOf('\0');
        string text = new(end < 0 ? units : units[..end]);
        name = text.Length <= LongName.MaxUnits && LongName.TryEncode(text, out _) ? text : null;
        _ = Drop();
        return start;
    }

    /// <summary>Forgets the pieces and returns where they were.</summary>
    public IReadOnlyList<int> Drop()
    {
        int[] dropped = [.. _offsets];
        _offsets.Clear();
        _missing = 0;
        return dropped;
    }
}
