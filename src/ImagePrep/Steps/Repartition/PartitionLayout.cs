using System.Collections.Frozen;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;
using ImagePrep.Storage.Partitions.Gpt;
using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Steps.Repartition;

/// <summary>
/// Chooses places. In disk order, each partition stays where it is when that is on the boundary and free; otherwise it goes to the next
/// boundary to its right. So nothing moves left, nothing changes order, and laying out the result again moves nothing.
/// </summary>
internal static class PartitionLayout
{
    /// <summary>Partitions that a boot ROM or an earlier loader may read at a fixed sector: they never move.</summary>
    private static readonly FrozenSet<PartitionType> Fixed = new[]
    {
        PartitionType.FromGpt(GptTypes.SiFiveFirstStage),
        PartitionType.FromGpt(GptTypes.SiFiveSecondStage),
        PartitionType.FromGpt(GptTypes.ArmadaBoot),
        PartitionType.FromGpt(GptTypes.UBootEnvironment),
        PartitionType.FromMbr(MbrTypes.SocFpgaLoader),
    }.ToFrozenSet();

    public static bool IsFixed(Partition partition) => Fixed.Contains(partition.Type);

    /// <summary>The moves in disk order, partitions that stay included, extended partitions not: their content is their logicals'.</summary>
    public static IReadOnlyList<PartitionMove> Place(PartitionTable table, int boundary)
    {
        List<PartitionMove> moves = [];
        long free = table.FirstUsableSector * table.SectorSize;
        foreach (Partition partition in table.InDiskOrder.Where(p => p.Kind != PartitionKind.Extended))
        {
            long start = PlaceOne(partition, free, boundary);
            PartitionMove move = new(partition, partition.Range, new(start, partition.Range.Length));
            moves.Add(move);
            free = move.To.End;
        }

        return moves;
    }

    private static long PlaceOne(Partition partition, long free, int boundary)
    {
        long start = partition.Range.Start;
        if (!IsFixed(partition))
        {
            return start >= free && start % boundary == 0 ? start : RoundUp(Math.Max(start, free), boundary);
        }

        return start >= free
            ? start
            : throw new UnsupportedImageException(
                UnsupportedKind.Feature,
                "partition layout",
                $"{partition} is a boot loader's and must stay at sector {partition.FirstSector}, but aligning the partitions before it needs that room. "
                + $"Choose a smaller boundary than {boundary} bytes, or leave the repartition step out of the recipe.");
    }

    private static long RoundUp(long value, int unit) => (value + unit - 1) / unit * unit;
}
