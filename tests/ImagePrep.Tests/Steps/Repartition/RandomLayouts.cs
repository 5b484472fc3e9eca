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
