using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Storage.Tests.Partitions;

/// <summary>Damaged tables: whatever the bytes, only the documented exceptions, and what is read is sane.</summary>
public sealed class TableFuzzTests
{
    private const int Rounds = 4000;

    [Theory]
    [InlineData("mbr")]
    [InlineData("logicals")]
    [InlineData("gpt")]
    [InlineData("gpt4096")]
    public void Read_MutatedTable_IsSaneOrRefused(string seed)
    {
        byte[] sound = Sound(seed);
        byte[] disk = [.. sound];
        int sectorSize = seed == "gpt4096" ? 4096 : 512;
        int[] places = seed.StartsWith("gpt", StringComparison.Ordinal)
            ? [0, sectorSize, 2 * sectorSize, sound.Length - sectorSize, sound.Length - (33 * 512)]
            : [0, 2000 * 512, 2300 * 512];
        int read = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Random random = new(round);
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int place = places[random.Next(places.Length)] + (seed.StartsWith("gpt", StringComparison.Ordinal) ? random.Next(160) : 0x1BE + random.Next(66));
                disk[Math.Min(place, disk.Length - 1)] = Interesting(random);
            }

            if (random.Next(2) == 0 && sectorSize == 512 && places.Length == 5)
            {
                TableImages.RenewCrcs(disk);
            }

            long length = disk.Length - (random.Next(8) == 0 ? random.Next(disk.Length) : 0);
            read += IsReadSanely(new BlockSlice(TableImages.Disk(disk), new ByteRange(0, length))) ? 1 : 0;
            foreach (int place in places)
            {
                int count = Math.Min(1024, disk.Length - place);
                sound.AsSpan(place, count).CopyTo(disk.AsSpan(place));
            }
        }

        // Both outcomes must occur, or the mutations test nothing.
        read.ShouldBeInRange(Rounds / 100, Rounds - (Rounds / 100));
    }

    [Fact]
    public void Read_RandomBytes_IsSaneOrRefused()
    {
        for (int round = 0; round < Rounds; round++)
        {
            Random random = new(round);
            byte[] disk = new byte[random.Next(64 * 512)];
            random.NextBytes(disk);
            if (disk.Length >= 512)
            {
                TableImages.Sign(disk, 0);
                for (int slot = 0; slot < 4; slot++)
                {
                    TableImages.EntryOf(disk, 0, slot)[0] = (byte)(random.Next(2) * 0x80);
                    TableImages.EntryOf(disk, 0, slot)[4] = random.Next(3) switch { 0 => 5, 1 => 0xEE, _ => 0x83 };
                }
            }

            IsReadSanely(TableImages.Disk(disk));
        }
    }

    private static byte[] Sound(string seed) => seed switch
    {
        "mbr" => TableImages.Mbr(),
        "logicals" => TableImages.MbrWithLogicals(),
        "gpt" => TableImages.Gpt(),
        _ => TableImages.Gpt(4096),
    };

    private static byte Interesting(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => 0xFF,
        2 => 0x80,
        _ => (byte)random.Next(256),
    };

    private static bool IsReadSanely(IBlockReader disk)
    {
        try
        {
            PartitionTable table = PartitionTable.Read(disk);
            foreach (Partition partition in table.Partitions)
            {
                partition.Range.End.ShouldBeLessThanOrEqualTo(disk.Length);
                partition.SectorCount.ShouldBePositive();
            }

            long position = 0;
            foreach (DiskSegment segment in DiskMap.Of(table))
            {
                segment.Range.Start.ShouldBe(position);
                position = segment.Range.End;
            }

            position.ShouldBe(disk.Length);
            return true;
        }
        catch (Exception refusal) when (refusal is CorruptImageException or UnsupportedImageException)
        {
            refusal.Message.ShouldNotBeNullOrWhiteSpace();
            return false;
        }
    }
}
