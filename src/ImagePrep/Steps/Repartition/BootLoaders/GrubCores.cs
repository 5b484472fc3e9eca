using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition.BootLoaders;

/// <summary>
/// The core.img of every GRUB 2 on a disk. GRUB reads it by sector, so it may lie where a file system or the table knows of nothing: in free blocks,
/// between partitions. Those sectors must reach the output, whoever else calls them unused.
/// </summary>
internal sealed class GrubCores
{
    private readonly IBlockReader _disk;
    private readonly IReadOnlyList<GrubInstall> _installs;

    private GrubCores(IBlockReader disk, IReadOnlyList<GrubInstall> installs)
    {
        _disk = disk;
        _installs = installs;
        Sectors = [.. installs.SelectMany(install => install.Sectors).Distinct()];
    }

    /// <summary>What they load, in bytes of the disk.</summary>
    public IReadOnlyList<ByteRange> Sectors { get; }

    /// <summary>The core.img that the MBR names, and its list, were found. One of one sector alone does not exist: its list is missing.</summary>
    public bool StartDisk => _installs.Any(install => install.Boot.IsDiskStart && install.Sectors.Count() > 1);

    /// <param name="disk">The disk as it is meant to start, before anything in it is edited.</param>
    /// <param name="table">Its table.</param>
    public static GrubCores On(IBlockReader disk, PartitionTable table)
    {
        SectorMap map = SectorMap.Unchanged(table);
        return new GrubCores(disk, [.. BootPlace.AllOf(table).Select(place => Find(disk, map, place)).OfType<GrubInstall>()]);
    }

    /// <returns>Where the boot sector is that would load another core.img from a copy of the disk; null when all load the same.</returns>
    public string? FirstDamagedOn(IBlockReader copy) => _installs.FirstOrDefault(install => !install.LoadsTheSameFrom(_disk, copy))?.Boot.Name;

    /// <exception cref="UnsupportedImageException">Edits took the place of a core.img, which no file holds.</exception>
    public void RequireUntouchedOn(IBlockReader edited)
    {
        if (FirstDamagedOn(edited) is { } place)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature,
                "boot loader",
                $"GRUB in {place} loads core.img from sectors that the file system there takes for free, and editing the guest took them: the guest "
                + "would not boot. Reinstall the loader in the base image, best into the boot gap of the MBR or a BIOS boot partition.");
        }
    }

    private static GrubInstall? Find(IBlockReader disk, SectorMap map, BootPlace place)
    {
        BootSector boot = BootSector.Parse(disk.ReadBytes(place.From, BootSector.Size));
        try
        {
            return boot.Kind == BootLoaderKind.Grub2 ? GrubInstall.Find(disk, map, place, boot.NextSector) : null;
        }
        catch (UnsupportedImageException)
        {
            // Its list is damaged, so it does not start anything.
            return null;
        }
    }
}
