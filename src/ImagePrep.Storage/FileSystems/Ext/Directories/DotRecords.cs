using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>The records "." and ".." with which block 0 of every directory starts, linear or indexed.</summary>
/// <param name="Self">Inode number in ".".</param>
/// <param name="Parent">Inode number in "..".</param>
/// <param name="SelfLength">rec_len of ".".</param>
/// <param name="ParentLength">rec_len of "..".</param>
internal readonly record struct DotRecords(uint Self, uint Parent, int SelfLength, int ParentLength)
{
    /// <summary>Each of the two needs a record of the shortest length.</summary>
    public const int RecordLength = RecordHeader.MinLength;

    public const byte DirectoryType = 2;

    public static ReadOnlySpan<byte> SelfName => "."u8;

    public static ReadOnlySpan<byte> ParentName => ".."u8;

    /// <summary>"." and ".." are kept by the directory itself: they are not listed, inserted or removed.</summary>
    public static bool IsDot(ReadOnlySpan<byte> name) => name.SequenceEqual(SelfName) || name.SequenceEqual(ParentName);

    /// <exception cref="CorruptImageException">The block does not start with the two records.</exception>
    public static DotRecords Parse(ReadOnlySpan<byte> block, DirectoryRules rules)
    {
        RecordHeader self = ParseOne(block, rules, SelfName);
        RecordHeader parent = ParseOne(block[self.Length..], rules, ParentName);
        return new DotRecords(self.Inode, parent.Inode, self.Length, parent.Length);
    }

    /// <summary>Writes both; the second stretches over <paramref name="parentLength"/> bytes.</summary>
    public static void Write(Span<byte> block, DirectoryRules rules, uint parent, int parentLength)
    {
        byte type = rules.HasFileType ? DirectoryType : (byte)0;
        WriteOne(block, new RecordHeader(rules.Self, RecordLength, 1, type), SelfName);
        WriteOne(block[RecordLength..], new RecordHeader(parent, parentLength, 2, type), ParentName);
    }

    private static RecordHeader ParseOne(ReadOnlySpan<byte> bytes, DirectoryRules rules, ReadOnlySpan<byte> name)
    {
        BlockPlace place = new(rules.Self, 0);
        if (bytes.Length < RecordLength)
        {
            throw CorruptImageException.Truncated(place.ToString(), RecordLength, bytes.Length);
        }

        RecordHeader header = RecordHeader.Parse(bytes, rules.BlockSize);
        bool fits = header.Length >= RecordLength && header.Length <= bytes.Length && header.Length % RecordHeader.Alignment == 0;
        bool named = header.NameLength == name.Length && bytes.Slice(RecordHeader.Offsets.Name, name.Length).SequenceEqual(name);
        if (!header.IsUsed || !fits || !named)
        {
            throw new CorruptImageException(
                CorruptKind.BadMagic, place.ToString(), $"the record '{PrintableText.From(name)}' is not where it must be; e2fsck -f repairs it.");
        }

        return header;
    }

    private static void WriteOne(Span<byte> bytes, RecordHeader header, ReadOnlySpan<byte> name)
    {
        header.WriteTo(bytes);
        name.CopyTo(bytes[RecordHeader.Offsets.Name..]);
    }
}
