using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition.BootLoaders;

/// <summary>
/// The run between the table and the first partition. Where GRUB 2 starts the disk it says which sectors are its own, and the others are remains.
/// Whatever else may be there (U-Boot at a fixed sector, a loader that nobody knows) cannot be told from remains: then all of it is kept.
/// </summary>
internal static class BootGap
{
    /// <returns>What no boot loader needs, in bytes of the disk.</returns>
    public static IReadOnlyList<ByteRange> UnusedOf(PartitionTable table, GrubCores cores) => cores.StartDisk
        ? [.. DiskMap.Of(table).Where(segment => segment.Kind == DiskSegmentKind.BootGap).SelectMany(segment => segment.Range.Without(cores.Sectors))]
        : [];
}
