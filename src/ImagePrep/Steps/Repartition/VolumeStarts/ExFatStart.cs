using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Steps.Repartition.VolumeStarts;

/// <summary>
/// exFAT's PartitionOffset: 64 bits, in sectors of the volume, 0 for unknown. It lies under the checksum of its boot region, of which there are two.
/// </summary>
/// <seealso href="https://learn.microsoft.com/windows/win32/fileio/exfat-specification#3-main-and-backup-boot-regions"/>
internal static class ExFatStart
{
    /// <summary>Eleven sectors and the sector that holds their checksum.</summary>
    private const int RegionSectors = 12;
    private const int ChecksumSector = RegionSectors - 1;

    /// <summary>BytesPerSectorShift, by the specification.</summary>
    private const int MinShift = 9;
    private const int MaxShift = 12;

    /// <summary>VolumeFlags and PercentInUse change while the volume is mounted, so the checksum leaves them out.</summary>
    private static readonly int[] Unchecked = [106, 107, 112];

    public static bool IsExFat(ReadOnlySpan<byte> boot) =>
        boot.Slice(Offsets.FileSystemName, 8).SequenceEqual("EXFAT   "u8) && boot[Offsets.BytesPerSectorShift] is >= MinShift and <= MaxShift;

    public static IEnumerable<BytePatch> PatchesFor(IBlockReader volume, PartitionMove move)
    {
        int sectorSize = 1 << volume.ReadBytes(0, VolumeStartPatches.BootSectorBytes)[Offsets.BytesPerSectorShift];
        foreach ((int firstSector, string name) in new[] { (0, "exFAT boot region"), (RegionSectors, "backup of the exFAT boot region") })
        {
            long start = (long)firstSector * sectorSize;
            if (start + (RegionSectors * sectorSize) > volume.Length)
            {
                continue;
            }

            byte[] region = volume.ReadBytes(start, RegionSectors * sectorSize);
            if (Moved(region, sectorSize, move) is { } moved)
            {
                string where = $"in the {name} of partition {move.Partition.Number}";
                yield return BytePatch.Of(
                    move.To.Start + start + Offsets.PartitionOffset, PartitionOffset(region), PartitionOffset(moved), $"sectors before the file system, {where}");
                int checksum = ChecksumSector * sectorSize;
                yield return new BytePatch(
                    move.To.Start + start + checksum,
                    region.AsMemory(checksum, sectorSize),
                    moved.AsMemory(checksum, sectorSize),
                    new PatchedNumber(UInt32(region, checksum), UInt32(moved, checksum)),
                    $"checksum, {where}");
            }
        }
    }

    /// <summary>The region with the new offset; null when it was damaged or named another place before.</summary>
    private static byte[]? Moved(byte[] region, int sectorSize, PartitionMove move)
    {
        ulong found = PartitionOffset(region);
        bool wasRight = found == (ulong)(move.From.Start / sectorSize) && move.From.Start % sectorSize == 0 && move.To.Start % sectorSize == 0;
        if (!wasRight || !region.AsSpan(ChecksumSector * sectorSize).SequenceEqual(Checksum(region, sectorSize)))
        {
            return null;
        }

        byte[] moved = [.. region];
        BinaryPrimitives.WriteUInt64LittleEndian(moved.AsSpan(Offsets.PartitionOffset), (ulong)(move.To.Start / sectorSize));
        Checksum(moved, sectorSize).CopyTo(moved.AsSpan(ChecksumSector * sectorSize));
        return moved;
    }

    private static ulong PartitionOffset(byte[] region) => BinaryPrimitives.ReadUInt64LittleEndian(region.AsSpan(Offsets.PartitionOffset));

    private static uint UInt32(byte[] region, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(region.AsSpan(offset));

    /// <summary>The checksum sector: one 32-bit number, rotated right and added to for every byte, repeated to the end.</summary>
    private static byte[] Checksum(byte[] region, int sectorSize)
    {
        uint sum = 0;
        for (int i = 0; i < ChecksumSector * sectorSize; i++)
        {
            if (!Unchecked.Contains(i))
            {
                sum = unchecked(uint.RotateRight(sum, 1) + region[i]);
            }
        }

        byte[] sector = new byte[sectorSize];
        for (int i = 0; i < sectorSize; i += sizeof(uint))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(i), sum);
        }

        return sector;
    }

    private static class Offsets
    {
        public const int FileSystemName = 0x03;
        public const int PartitionOffset = 0x40;
        public const int BytesPerSectorShift = 0x6C;
    }
}
