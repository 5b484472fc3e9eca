using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition.BootLoaders;

/// <summary>
/// Finds the boot loaders that name sectors of the disk. GRUB 2 is told its new sectors; those that cannot be told are refused when what they
/// load moves. Loaders that find their files by partition (syslinux, extlinux, UEFI) need nothing.
/// </summary>
internal static class BootLoaderFinder
{
    /// <summary>Every GRUB 2 whose core.img exists, whether it moves or not.</summary>
    /// <exception cref="UnsupportedImageException">A boot loader that would not find itself afterwards; the message names it and its place.</exception>
    public static IReadOnlyList<GrubInstall> Find(IBlockReader disk, SectorMap map, IReadOnlyList<PartitionMove> partitions)
    {
        List<GrubInstall> installs = [];
        AddFrom(0, 0, "the MBR");
        foreach (PartitionMove move in partitions.Where(p => p.From.Length >= BootSector.Size))
        {
            AddFrom(move.From.Start, move.To.Start, $"the boot sector of {move.Partition}");
        }

        return installs;

        void AddFrom(long from, long to, string place)
        {
            BootSector boot = BootSector.Parse(disk.ReadBytes(from, BootSector.Size));
            RefuseImmovable(boot, map, place);
            if (boot.Kind == BootLoaderKind.Grub2 && GrubInstall.Find(disk, map, new BootPlace(from, to, place), boot.NextSector) is { } install)
            {
                installs.Add(install);
            }
        }
    }

    public static UnsupportedImageException Refuse(string finding) => new(
        UnsupportedKind.Feature,
        "boot loader",
        $"{finding}: the guest would not boot. Reinstall the loader so that it uses the boot gap of the MBR or an aligned BIOS boot partition, "
        + "or leave the repartition step out of the recipe.");

    private static void RefuseImmovable(BootSector boot, SectorMap map, string place)
    {
        if (boot.Kind == BootLoaderKind.Lilo)
        {
            throw Refuse($"LILO in {place} lists the sectors of its files, which move");
        }

        if (boot.Kind == BootLoaderKind.GrubLegacy && map.Contains(boot.NextSector, 1) && map.MoveOf(boot.NextSector, 1) is { } stage2)
        {
            throw Refuse($"GRUB legacy in {place} loads its next stage from sector {boot.NextSector}, inside {stage2.Partition}, which moves");
        }
    }
}
