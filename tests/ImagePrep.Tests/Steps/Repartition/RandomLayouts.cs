using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Tests.Steps.Repartition;

/// <summary>Random but legal disks: any order of numbers, gaps of any size, partitions of one sector up. The same seed gives the same disk.</summary>
internal static class RandomLayouts
{
    private const int SectorSize = 512;
    private const int GptTail = 33;

    public static MemoryDevice Mbr(int seed)
    {
        Random random = new(seed);
        int[] slots = [.. Enumerable.Range(0, 4).OrderBy(_ => random.Next()).Take(random.Next(1, 5))];
        List<(int First, int Count)> places = Places(random, slots.Length, firstUsable: 1);
        byte[] disk = new byte[(places[^1].First + places[^1].Count + Slack(random)) * SectorSize];
        random.NextBytes(disk.AsSpan(0, 0x1BE));
        disk.AsSpan(0x80, 0x138).Clear(); // No accidental boot loader.
        disk.AsSpan(0, 16).Clear();
        foreach ((int slot, (int first, int count)) in slots.Zip(places))
        {
            Span<byte> entry = disk.AsSpan(0x1BE + (slot * 16), 16);
            entry[0] = (byte)(random.Next(2) * 0x80);
            entry[4] = random.Next(3) switch { 0 => 0x82, 1 => 0x8E, _ => 0x83 };
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], (uint)first);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], (uint)count);
            Fill(disk, first, count, slot);
        }

        (disk[510], disk[511]) = (0x55, 0xAA);
        return new MemoryDevice(disk);
    }

    /// <summary>An extended partition with logical ones in any order of numbers, primaries around it, records anywhere before their partitions.</summary>
    public static MemoryDevice Extended(int seed)
    {
        Random random = new(seed);
        int before = random.Next(3);
        int after = random.Next(2);
        List<(int First, int Count)> primaries = before == 0 ? [] : Places(random, before, firstUsable: 1);
        int extended = (primaries.Count == 0 ? 1 : primaries[^1].First + primaries[^1].Count) + random.Next(100);
        int count = random.Next(1, 9);
        int[] chain = random.Next(4) == 0 ? [.. Enumerable.Range(0, count).OrderBy(_ => random.Next())] : [.. Enumerable.Range(0, count)];
        (List<(int First, int Count)> logicals, int[] records) = Logicals(random, extended, chain);
        int extendedEnd = logicals[^1].First + logicals[^1].Count + Slack(random);
        if (after > 0)
        {
            primaries.AddRange(Places(random, after, extendedEnd));
        }

        int end = Math.Max(extendedEnd, primaries.Count == 0 ? 0 : primaries[^1].First + primaries[^1].Count);
        byte[] disk = new byte[(end + Slack(random)) * SectorSize];
        int[] slots = [.. Enumerable.Range(0, 4).OrderBy(_ => random.Next()).Take(primaries.Count + 1)];
        foreach ((int slot, (int first, int sectors)) in slots.Zip(primaries))
        {
            Entry(disk, 0, slot, 0x83, first, sectors);
            Fill(disk, first, sectors, slot);
        }

        Entry(disk, 0, slots[^1], random.Next(3) switch { 0 => 0x05, 1 => 0x0F, _ => 0x85 }, extended, extendedEnd - extended);
        for (int i = 0; i < count; i++)
        {
            (int first, int sectors) = logicals[chain[i]];
            Entry(disk, records[i], 0, 0x83, first - records[i], sectors);
            Fill(disk, first, sectors, 4 + i);
            if (i + 1 < count)
            {
                Entry(disk, records[i], 1, 0x05, records[i + 1] - extended, logicals[chain[i + 1]].First + logicals[chain[i + 1]].Count - records[i + 1]);
            }

            (disk[(records[i] * SectorSize) + 510], disk[(records[i] * SectorSize) + 511]) = (0x55, 0xAA);
        }

        (disk[510], disk[511]) = (0x55, 0xAA);
        return new MemoryDevice(disk);
    }

    public static MemoryDevice Gpt(int seed)
    {
        Random random = new(seed);
        int[] slots = [.. Enumerable.Range(0, 128).OrderBy(_ => random.Next()).Take(random.Next(1, 9))];
        List<(int First, int Count)> places = Places(random, slots.Length, firstUsable: 34);
        int sectors = places[^1].First + places[^1].Count + Slack(random) + GptTail;
        byte[] disk = new byte[sectors * SectorSize];
        byte[] entries = new byte[32 * SectorSize];
        foreach ((int slot, (int first, int count)) in slots.Zip(places))
        {
            Span<byte> entry = entries.AsSpan(slot * 128, 128);
            random.NextBytes(entry);
            BinaryPrimitives.WriteInt64LittleEndian(entry[32..], first);
            BinaryPrimitives.WriteInt64LittleEndian(entry[40..], first + count - 1);
            Fill(disk, first, count, slot);
        }

        Span<byte> protective = disk.AsSpan(0x1BE, 16);
        protective[4] = 0xEE;
        BinaryPrimitives.WriteUInt32LittleEndian(protective[8..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(protective[12..], (uint)sectors - 1);
        (disk[510], disk[511]) = (0x55, 0xAA);
        byte[] id = new byte[16];
        random.NextBytes(id);
        uint crc = Crc(entries);
        WriteCopy(disk, entries, crc, id, 1, sectors - 1, 2, sectors);
        WriteCopy(disk, entries, crc, id, sectors - 1, 1, sectors - GptTail, sectors);
        return new MemoryDevice(disk);
    }

    private static List<(int First, int Count)> Places(Random random, int count, int firstUsable)
    {
        List<(int, int)> places = [];
        int free = firstUsable;
        for (int i = 0; i < count; i++)
        {
            int gap = random.Next(4) switch { 0 => 0, 1 => random.Next(1, 70), 2 => 2048 - (free % 2048), _ => random.Next(300) };
            int size = random.Next(3) switch { 0 => random.Next(1, 10), 1 => 128, _ => random.Next(1, 900) };
            places.Add((free + gap, size));
            free += gap + size;
        }

        return places;
    }

    /// <param name="random">Source of the choices.</param>
    /// <param name="extended">First sector of the extended partition, where the first record of the chain is.</param>
    /// <param name="chain">Which partition, counted along the disk, each record of the chain describes.</param>
    /// <returns>Partitions along the disk; records along the chain.</returns>
    private static (List<(int First, int Count)> Logicals, int[] Records) Logicals(Random random, int extended, int[] chain)
    {
        List<(int First, int Count)> logicals = [];
        int[] records = new int[chain.Length];
        int free = extended + 1;
        for (int place = 0; place < chain.Length; place++)
        {
            int position = Array.IndexOf(chain, place);
            int gap = random.Next(4) switch { 0 => 1, 1 => 63, 2 => 2048, _ => random.Next(1, 300) };
            gap += random.Next(2) * (2048 - ((free + gap) % 2048)) % 2048;
            records[position] = position == 0 ? extended : free + random.Next(gap);
            logicals.Add((free + gap, random.Next(1, 900)));
            free = logicals[^1].First + logicals[^1].Count;
        }

        return (logicals, records);
    }

    private static void Entry(byte[] disk, int sector, int slot, byte type, int first, int count)
    {
        Span<byte> entry = disk.AsSpan((sector * SectorSize) + 0x1BE + (slot * 16), 16);
        entry[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], (uint)first);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], (uint)count);
    }

    private static int Slack(Random random) => random.Next(2) * random.Next(3000);

    /// <summary>Marks each sector, so that content at a wrong place is seen. Sparse, to be fast.</summary>
    private static void Fill(byte[] disk, int first, int count, int mark)
    {
        for (int sector = 0; sector < count; sector++)
        {
            Span<byte> bytes = disk.AsSpan((first + sector) * SectorSize, SectorSize);
            bytes[0] = (byte)(mark + 1);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], sector);
            bytes[511] = 0x5A;
        }
    }

    private static void WriteCopy(byte[] disk, byte[] entries, uint crc, byte[] id, long lba, long alternate, long entriesLba, int sectors)
    {
        entries.CopyTo(disk.AsSpan((int)entriesLba * SectorSize));
        Span<byte> header = disk.AsSpan((int)lba * SectorSize, SectorSize);
        "EFI PART"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], 0x00010000);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], 92);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], lba);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], alternate);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], 34);
        BinaryPrimitives.WriteInt64LittleEndian(header[48..], sectors - GptTail - 1);
        id.CopyTo(header[56..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[72..], entriesLba);
        BinaryPrimitives.WriteUInt32LittleEndian(header[80..], 128);
        BinaryPrimitives.WriteUInt32LittleEndian(header[84..], 128);
        BinaryPrimitives.WriteUInt32LittleEndian(header[88..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Crc(header[..92]));
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
