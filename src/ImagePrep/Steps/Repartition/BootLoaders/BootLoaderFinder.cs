using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Steps.Repartition.BootLoaders;

/// <summary>
/// Finds the boot loaders that name sectors of the disk. GRUB 2 is told its new sectors; those that cannot be told are refused when what they
/// load moves. Loaders that find their files by partition (syslinux, extlinux, UEFI) need nothing.
/// </summary>
internal static class BootLoaderFinder
{
    /// <summary>Every GRUB 2 whose core.img exists, whether it moves or not.</summary>
    /// <exception cref="UnsupportedImageException">A boot loader that would not find itself afterwards; the message names it and its place.</exception>
    public static IReadOnlyList<GrubInstall> Find(IBlockReader disk, SectorMap map, IEnumerable<BootPlace> places)
    {
        List<GrubInstall> installs = [];
        foreach (BootPlace place in places)
        {
            BootSector boot = BootSector.Parse(disk.ReadBytes(place.From, BootSector.Size));
            RefuseImmovable(boot, map, place.Name);
            if (boot.Kind == BootLoaderKind.Grub2 && GrubInstall.Find(disk, map, place, boot.NextSector) is { } install)
            {
                installs.Add(install);
            }
        }

        return installs;
    }

    /// <summary>What is said of sectors that <see cref="SectorMap.Loses"/>.</summary>
    public const string NotKept = "outside all partitions, where nothing is kept when partitions move";

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

        if (boot.Kind != BootLoaderKind.GrubLegacy || !map.Contains(boot.NextSector, 1))
        {
            return;
        }

        if (map.MoveOf(boot.NextSector, 1) is { } stage2)
        {
            throw Refuse($"GRUB legacy in {place} loads its next stage from sector {boot.NextSector}, inside {stage2.Partition}, which moves");
        }

        if (map.Loses(boot.NextSector, 1))
        {
            throw Refuse($"GRUB legacy in {place} loads its next stage from sector {boot.NextSector}, {NotKept}");
        }
    }
}
