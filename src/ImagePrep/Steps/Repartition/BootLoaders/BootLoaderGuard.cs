using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition.BootLoaders;

/// <summary>
/// Refuses a move that a boot loader would not survive: one that names sectors inside a partition that moves. GRUB in the boot gap of an MBR
/// or in a BIOS boot partition that stays is not affected, because the gap stays and the rest is found by partition.
/// </summary>
internal static class BootLoaderGuard
{
    /// <exception cref="UnsupportedImageException">A boot loader that would not find itself afterwards; the message names it and its place.</exception>
    public static void Check(IBlockReader disk, PartitionTable table, IReadOnlyList<PartitionMove> partitions)
    {
        CheckSector(disk, table, partitions, 0, "the MBR");
        foreach (PartitionMove partition in partitions.Where(p => p.From.Length >= BootSector.Size))
        {
            CheckSector(disk, table, partitions, partition.From.Start, $"the boot sector of {partition.Partition}");
        }
    }

    private static void CheckSector(
        IBlockReader disk, PartitionTable table, IReadOnlyList<PartitionMove> partitions, long offset, string place)
    {
        BootSector boot = BootSector.Parse(disk.ReadBytes(offset, BootSector.Size));
        switch (boot.Kind)
        {
            case BootLoaderKind.Lilo:
                throw Refuse($"LILO in {place} lists the sectors of its files, which move");
            case BootLoaderKind.GrubLegacy when Moved(table, partitions, boot.NextSector, 1) is Partition stage2:
                throw Refuse($"GRUB legacy in {place} loads its next stage from sector {boot.NextSector}, inside {stage2}, which moves");
            case BootLoaderKind.Grub2 when Moved(table, partitions, boot.NextSector, 1) is Partition core:
                throw Refuse($"GRUB in {place} loads core.img from sector {boot.NextSector}, inside {core}, which moves");
            case BootLoaderKind.Grub2:
                CheckBlockList(disk, table, partitions, boot.NextSector, place);
                break;
            default:
                break;
        }
    }

    private static void CheckBlockList(
        IBlockReader disk, PartitionTable table, IReadOnlyList<PartitionMove> partitions, ulong coreSector, string place)
    {
        if (coreSector >= (ulong)table.DiskSectors)
        {
            return; // Points nowhere: it did not boot before either.
        }

        byte[] core = disk.ReadBytes((long)coreSector * table.SectorSize, BootSector.Size);
        foreach (GrubBlocks blocks in GrubBlockList.Parse(core))
        {
            if (Moved(table, partitions, blocks.FirstSector, blocks.Count) is Partition partition)
            {
                throw Refuse($"GRUB's core.img, named in {place}, continues at sector {blocks.FirstSector}, inside {partition}, which moves");
            }
        }
    }

    /// <summary>The moving partition that holds one of the sectors, or null.</summary>
    private static Partition? Moved(PartitionTable table, IReadOnlyList<PartitionMove> partitions, ulong firstSector, int count)
    {
        if (firstSector >= (ulong)table.DiskSectors)
        {
            return null;
        }

        ByteRange sectors = new((long)firstSector * table.SectorSize, (long)count * table.SectorSize);
        return partitions.FirstOrDefault(move => move.IsMove && move.From.Overlaps(sectors))?.Partition;
    }

    private static UnsupportedImageException Refuse(string finding) => new(
        UnsupportedKind.Feature,
        "boot loader",
        $"{finding}: the guest would not boot. Reinstall the loader so that it uses the boot gap of the MBR or an aligned BIOS boot partition, "
        + "or leave the repartition step out of the recipe.");
}
