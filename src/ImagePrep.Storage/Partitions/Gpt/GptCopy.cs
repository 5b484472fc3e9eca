using System.Numerics;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Partitions.Gpt;

/// <summary>One of the two copies of a GPT, proven sound on its own: a header and its array of entries.</summary>
/// <param name="Header">The header.</param>
/// <param name="Entries">The array, filled up to whole sectors with what the disk holds there.</param>
internal sealed record GptCopy(GptHeader Header, ReadOnlyMemory<byte> Entries)
{
    public const long PrimaryLba = 1;

    /// <summary>
    /// 8,192 entries of the usual size, where Linux numbers 255 partitions at most: far above any real disk, and small enough to hold.
    /// </summary>
    public const int MaxArrayBytes = 1 << 20;

    private const string Structure = "GPT header";

    /// <summary>Bytes that the checksum of the array covers.</summary>
    public int ArrayBytes => checked((int)(Header.EntryCount * Header.EntrySize));

    public static GptCopy Read(IBlockReader disk, int sectorSize, long lba)
    {
        long diskSectors = disk.Length / sectorSize;
        if (lba < PrimaryLba || lba >= diskSectors)
        {
            throw CorruptImageException.Truncated(Structure, (PrimaryLba + 1) * sectorSize, disk.Length);
        }

        GptHeader header = GptHeader.Parse(disk.ReadBytes(lba * sectorSize, sectorSize));
        int arrayBytes = CheckArraySize(header);
        int arraySectors = (arrayBytes + sectorSize - 1) / sectorSize;
        CheckPlaces(header, lba, arraySectors, diskSectors);

        byte[] entries = disk.ReadBytes((long)header.EntriesLba * sectorSize, arraySectors * sectorSize);
        uint computed = Crc32.Compute(entries.AsSpan(0, arrayBytes));
        return computed == header.EntriesCrc
            ? new GptCopy(header, entries)
            : throw CorruptImageException.BadChecksum("GPT entries", "PartitionEntryArrayCRC32", header.EntriesCrc, computed);
    }

    public ReadOnlyMemory<byte> RawEntry(int index) => Entries.Slice(index * (int)Header.EntrySize, (int)Header.EntrySize);

    /// <summary>Zeros in entries that are not in use, and behind the array and the header in their last sectors.</summary>
    public GptCopy WithoutRemains()
    {
        byte[] entries = Entries.ToArray();
        int size = (int)Header.EntrySize;
        for (int index = 0; index < Header.EntryCount; index++)
        {
            Span<byte> entry = entries.AsSpan(index * size, size);
            if (GptEntry.Parse(entry).IsUnused)
            {
                entry.Clear();
            }
        }

        entries.AsSpan(ArrayBytes).Clear();
        return new GptCopy(Header.WithoutRemains(Crc32.Compute(entries.AsSpan(0, ArrayBytes))), entries);
    }

    private static int CheckArraySize(GptHeader header)
    {
        if (header.EntrySize < GptEntry.Size || !BitOperations.IsPow2(header.EntrySize))
        {
            throw CorruptImageException.OutOfRange(Structure, "SizeOfPartitionEntry", header.EntrySize, "128 times a power of two");
        }

        long bytes = (long)header.EntryCount * header.EntrySize;
        return bytes switch
        {
            0 => throw CorruptImageException.OutOfRange(Structure, "NumberOfPartitionEntries", 0, "at least 1"),
            > MaxArrayBytes => throw new UnsupportedImageException(
                UnsupportedKind.Limit,
                Structure,
                $"its array of {header.EntryCount} entries of {header.EntrySize} bytes is above the limit of {MaxArrayBytes} bytes."),
            _ => (int)bytes,
        };
    }

    private static void CheckPlaces(GptHeader header, long lba, int arraySectors, long diskSectors)
    {
        if (header.MyLba != (ulong)lba)
        {
            throw CorruptImageException.OutOfRange(Structure, "MyLBA", header.MyLba, $"{lba}, where the header was found");
        }

        if (header.LastUsableLba >= (ulong)diskSectors)
        {
            throw new CorruptImageException(
                CorruptKind.Truncated,
                Structure,
                $"LastUsableLBA is {header.LastUsableLba}, but the disk has only {diskSectors} sectors. The image may be cut off; copy it again.");
        }

        if (header.FirstUsableLba <= PrimaryLba || header.FirstUsableLba > header.LastUsableLba)
        {
            throw CorruptImageException.OutOfRange(Structure, "FirstUsableLBA", header.FirstUsableLba, $"2 to LastUsableLBA, {header.LastUsableLba}");
        }

        // The primary stands before the usable sectors with its array, the backup behind them with its own.
        (ulong first, ulong last) = lba == PrimaryLba
            ? ((ulong)PrimaryLba + 1, header.FirstUsableLba - 1)
            : (header.LastUsableLba + 1, (ulong)lba - 1);
        if (header.EntriesLba < first || header.EntriesLba > last || last - header.EntriesLba + 1 < (ulong)arraySectors)
        {
            throw CorruptImageException.OutOfRange(
                Structure, "PartitionEntryLBA", header.EntriesLba, $"a place for {arraySectors} sectors between {first} and {last}");
        }
    }
}
