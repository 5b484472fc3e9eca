using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition.VolumeStarts;

/// <summary>
/// The boot sectors of FAT, NTFS and exFAT repeat the sector at which their partition begins. The copy follows the move where it was right before; a
/// copy that was already wrong (a file system made in a file has 0 there) is left, because nothing can have depended on it.
/// </summary>
internal static class VolumeStartPatches
{
    public const int BootSectorBytes = 512;

    /// <param name="disk">The base.</param>
    /// <param name="partitions">Where its partitions go.</param>
    /// <param name="after">The table that says so.</param>
    /// <exception cref="UnsupportedImageException">A partition that Windows starts from has to move: its boot configuration names the old place.</exception>
    public static IReadOnlyList<BytePatch> PatchesFor(IBlockReader disk, IEnumerable<PartitionMove> partitions, PartitionTable after)
    {
        List<BytePatch> patches = [];
        Dictionary<int, Partition> placed = after.Partitions.ToDictionary(partition => partition.Number);
        foreach (PartitionMove move in partitions.Where(move => move.IsMove && move.From.Length >= BootSectorBytes))
        {
            BlockSlice volume = new(disk, move.From);
            byte[] boot = volume.ReadBytes(0, BootSectorBytes);
            WindowsStart.Refuse(volume, boot, move.Partition);
            HiddenSectors hidden = new(move, placed[move.Partition.Number]);
            patches.AddRange(
                FatFileSystem.IsFat(volume) ? FatStart.PatchesFor(volume, boot, hidden) :
                NtfsStart.IsNtfs(boot) ? NtfsStart.PatchesFor(volume, boot, hidden) :
                ExFatStart.IsExFat(boot) ? ExFatStart.PatchesFor(volume, move) : []);
        }

        return patches;
    }
}
