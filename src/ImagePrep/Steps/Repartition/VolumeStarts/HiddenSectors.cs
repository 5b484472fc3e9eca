using System.Buffers.Binary;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition.VolumeStarts;

/// <summary>
/// The 32-bit field of FAT and NTFS boot sectors that counts the sectors before the partition: from the beginning of the disk or, in a logical
/// partition, as DOS has it, from the boot record that describes it. Which of them it was it stays.
/// </summary>
/// <param name="move">The partition's places.</param>
/// <param name="after">The partition as the table will have it.</param>
internal sealed class HiddenSectors(PartitionMove move, Partition after)
{
    private const int Offset = 0x1C;
    private const int BytesPerSectorOffset = 0x0B;

    /// <summary>In an entry of a table. In a boot record it is counted from that record.</summary>
    private const int FirstSectorOfEntry = 8;

    /// <param name="boot">A boot sector or its copy.</param>
    /// <param name="copyOffset">Where in the partition the boot sector is, in bytes.</param>
    /// <param name="what">For people.</param>
    /// <returns>Null when the field was wrong before, cannot express the new place, or stays the same.</returns>
    public BytePatch? Patch(byte[] boot, long copyOffset, string what)
    {
        uint was = BinaryPrimitives.ReadUInt32LittleEndian(boot.AsSpan(Offset));
        return Follow(was, BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(BytesPerSectorOffset))) is uint now && now != was
            ? BytePatch.Of(move.To.Start + copyOffset + Offset, was, now, $"{what} of partition {move.Partition.Number}")
            : null;
    }

    private uint? Follow(uint was, int bytesPerSector)
    {
        // The field counts sectors of the disk, but mkfs.fat -S makes file systems whose own sectors are larger and may count in those.
        foreach (int unit in new[] { move.Partition.SectorSize, bytesPerSector })
        {
            if (unit != 0 && (long)was * unit == move.From.Start && move.To.Start / unit <= uint.MaxValue)
            {
                return (uint)(move.To.Start / unit);
            }
        }

        return move.Partition.Kind == PartitionKind.Logical && was == SectorsBehindRecord(move.Partition) ? SectorsBehindRecord(after) : null;
    }

    private static uint SectorsBehindRecord(Partition logical) => BinaryPrimitives.ReadUInt32LittleEndian(logical.RawEntry.Span[FirstSectorOfEntry..]);
}
