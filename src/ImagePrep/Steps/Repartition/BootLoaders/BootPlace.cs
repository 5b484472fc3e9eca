using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition.BootLoaders;

/// <summary>Where a boot sector is.</summary>
/// <param name="From">First byte on the base.</param>
/// <param name="To">First byte on the realigned disk.</param>
/// <param name="Name">For people: "the MBR".</param>
internal sealed record BootPlace(long From, long To, string Name)
{
    /// <summary>The sector that a BIOS starts.</summary>
    public bool IsDiskStart => From == 0;

    /// <summary>Every boot sector of a disk that stays as it is.</summary>
    public static IReadOnlyList<BootPlace> AllOf(PartitionTable table) => AllOf(table, new Dictionary<int, long>());

    /// <summary>The MBR, the first sector of each partition, and of an extended one its first record, which a loader may be installed into like any other.</summary>
    /// <param name="table">The table of the base.</param>
    /// <param name="firstSectors">New first sector by partition number; partitions not named stay.</param>
    public static IReadOnlyList<BootPlace> AllOf(PartitionTable table, IReadOnlyDictionary<int, long> firstSectors)
    {
        HashSet<long> records = [.. table.TableRanges.Select(range => range.Start)];
        return
        [
            new BootPlace(0, 0, "the MBR"),
            .. table.InDiskOrder
                .Where(partition => partition.FirstSector > 0 && partition.Range.Length >= BootSector.Size)
                .Where(partition => partition.Kind != PartitionKind.Extended || records.Contains(partition.Range.Start))
                .Select(partition => new BootPlace(
                    partition.Range.Start,
                    firstSectors.GetValueOrDefault(partition.Number, partition.FirstSector) * partition.SectorSize,
                    $"the boot {(partition.Kind == PartitionKind.Extended ? "record" : "sector")} of {partition}")),
        ];
    }
}
