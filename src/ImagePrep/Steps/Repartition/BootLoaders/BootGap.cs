using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition.BootLoaders;

/// <summary>
/// The run between the table and the first partition. Where GRUB 2 starts the disk it says which sectors are its own, and the others are remains.
/// Whatever else may be there (U-Boot at a fixed sector, a loader that nobody knows) cannot be told from remains: then all of it is kept.
/// </summary>
internal static class BootGap
{
    /// <returns>What no boot loader needs, in bytes of the disk.</returns>
    public static IReadOnlyList<ByteRange> UnusedOf(IBlockReader disk, PartitionTable table)
    {
        ByteRange[] gaps = [.. DiskMap.Of(table).Where(segment => segment.Kind == DiskSegmentKind.BootGap).Select(segment => segment.Range)];
        ByteRange[] used = gaps.Length > 0 ? [.. FindGrub(disk, table)?.Sectors ?? []] : [];

        // A core.img of one sector alone does not exist: its list is missing.
        return used.Length > 1 ? [.. gaps.SelectMany(gap => Without(gap, used))] : [];
    }

    private static GrubInstall? FindGrub(IBlockReader disk, PartitionTable table)
    {
        BootSector boot = BootSector.Parse(disk.ReadBytes(0, BootSector.Size));
        try
        {
            return boot.Kind == BootLoaderKind.Grub2
                ? GrubInstall.Find(disk, new SectorMap(table, []), new BootPlace(0, 0, "the MBR"), boot.NextSector)
                : null;
        }
        catch (UnsupportedImageException)
        {
            // Its list is damaged: nobody knows what it needs.
            return null;
        }
    }

    private static IEnumerable<ByteRange> Without(ByteRange gap, IEnumerable<ByteRange> used)
    {
        long position = gap.Start;
        foreach (ByteRange range in used.Where(gap.Overlaps).OrderBy(range => range.Start))
        {
            if (range.Start > position)
            {
                yield return ByteRange.FromBounds(position, range.Start);
            }

            position = Math.Max(position, range.End);
        }

        if (position < gap.End)
        {
            yield return ByteRange.FromBounds(position, gap.End);
        }
    }
}
