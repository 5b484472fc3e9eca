using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Partitions;

/// <summary>What a stretch of a disk is.</summary>
public enum DiskSegmentKind
{
    /// <summary>The partition table itself.</summary>
    Table,

    /// <summary>Between the table and the first partition, where boot loaders live.</summary>
    BootGap,

    Partition,

    /// <summary>No one's.</summary>
    Free,
}

/// <param name="Kind">What the stretch is.</param>
/// <param name="Range">Where it is, in bytes.</param>
/// <param name="Partition">The partition, for <see cref="DiskSegmentKind.Partition"/> only.</param>
public sealed record DiskSegment(DiskSegmentKind Kind, ByteRange Range, Partition? Partition = null);

/// <summary>A disk from its first to its last byte, ready to be drawn.</summary>
public static class DiskMap
{
    /// <summary>The segments in disk order: no gaps, no overlaps, none empty. Extended partitions show as what they hold.</summary>
    public static IReadOnlyList<DiskSegment> Of(PartitionTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        IEnumerable<DiskSegment> taken = table.TableRanges
            .Select(range => new DiskSegment(DiskSegmentKind.Table, range))
            .Concat(table.Partitions
                .Where(p => p.Kind != PartitionKind.Extended)
                .Select(p => new DiskSegment(DiskSegmentKind.Partition, p.Range, p)));

        List<DiskSegment> map = [];
        long position = 0;
        bool beforeFirstPartition = true;
        foreach (DiskSegment segment in taken.OrderBy(s => s.Range.Start))
        {
            if (segment.Range.Start > position)
            {
                map.Add(Between(beforeFirstPartition, position, segment.Range.Start));
            }

            beforeFirstPartition &= segment.Kind != DiskSegmentKind.Partition;
            map.Add(segment);
            position = segment.Range.End;
        }

        if (table.DiskLength > position)
        {
            map.Add(Between(beforeFirstPartition: false, position, table.DiskLength));
        }

        return map;
    }

    private static DiskSegment Between(bool beforeFirstPartition, long start, long end) =>
        new(beforeFirstPartition ? DiskSegmentKind.BootGap : DiskSegmentKind.Free, ByteRange.FromBounds(start, end));
}
