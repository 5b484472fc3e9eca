using System.Buffers.Binary;

namespace ImagePrep.Steps.Repartition.VolumeStarts;

/// <summary>The 32-bit field of FAT and NTFS boot sectors that counts the sectors before the partition.</summary>
internal static class HiddenSectors
{
    private const int Offset = 0x1C;
    private const int BytesPerSectorOffset = 0x0B;

    /// <param name="boot">A boot sector or its copy.</param>
    /// <param name="move">Its partition.</param>
    /// <param name="copyOffset">Where in the partition the boot sector is, in bytes.</param>
    /// <param name="what">For people.</param>
    /// <returns>Null when the field was wrong before, or cannot express the new place.</returns>
    public static BytePatch? Patch(byte[] boot, PartitionMove move, long copyOffset, string what)
    {
        // The field counts sectors of the disk, but mkfs.fat -S makes file systems whose own sectors are larger and may count in those.
        uint found = BinaryPrimitives.ReadUInt32LittleEndian(boot.AsSpan(Offset));
        foreach (int unit in new[] { move.Partition.SectorSize, BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(BytesPerSectorOffset)) })
        {
            if (unit == 0 || (long)found * unit != move.From.Start || move.To.Start / unit > uint.MaxValue)
            {
                continue;
            }

            return BytePatch.Of(move.To.Start + copyOffset + Offset, found, (uint)(move.To.Start / unit), $"{what} of partition {move.Partition.Number}");
        }

        return null;
    }
}
