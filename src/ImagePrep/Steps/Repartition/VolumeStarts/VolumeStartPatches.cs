using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Steps.Repartition.VolumeStarts;

/// <summary>
/// The boot sectors of FAT, NTFS and exFAT repeat the sector at which their partition begins. The copy follows the move where it was right before; a
/// copy that was already wrong (a file system made in a file has 0 there) is left, because nothing can have depended on it.
/// </summary>
internal static class VolumeStartPatches
{
    public const int BootSectorBytes = 512;

    /// <exception cref="UnsupportedImageException">A partition that Windows starts from has to move: its boot configuration names the old place.</exception>
    public static IReadOnlyList<BytePatch> PatchesFor(IBlockReader disk, IEnumerable<PartitionMove> partitions)
    {
        List<BytePatch> patches = [];
        foreach (PartitionMove move in partitions.Where(move => move.IsMove && move.From.Length >= BootSectorBytes))
        {
            BlockSlice volume = new(disk, move.From);
            byte[] boot = volume.ReadBytes(0, BootSectorBytes);
            WindowsStart.Refuse(volume, boot, move.Partition);
            patches.AddRange(
                FatStart.IsFat(boot) ? FatStart.PatchesFor(volume, boot, move) :
                NtfsStart.IsNtfs(boot) ? NtfsStart.PatchesFor(volume, boot, move) :
                ExFatStart.IsExFat(boot) ? ExFatStart.PatchesFor(volume, move) : []);
        }

        return patches;
    }
}
