using System.Collections.Frozen;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;
using ImagePrep.Storage.Partitions.Gpt;
using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Steps.Repartition;

/// <summary>
/// Chooses places. In disk order, each partition stays where it is when that is on the boundary and free; otherwise it goes to the next
/// boundary to its right. So nothing moves left, nothing changes order, and laying out the result again moves nothing. An extended partition is the
/// frame of its logical ones: it begins before the first, is never shorter than it was, and grows with what it holds.
/// </summary>
internal static class PartitionLayout
{
    /// <summary>Partitions that a boot ROM or an earlier loader may read at a fixed sector: they never move.</summary>
    private static readonly FrozenSet<PartitionType> FixedTypes = new[]
    {
        PartitionType.FromGpt(GptTypes.SiFiveFirstStage),
        PartitionType.FromGpt(GptTypes.SiFiveSecondStage),
        PartitionType.FromGpt(GptTypes.ArmadaBoot),
        PartitionType.FromGpt(GptTypes.UBootEnvironment),
        PartitionType.FromMbr(MbrTypes.SocFpgaLoader),
    }.ToFrozenSet();

    /// <summary>
    /// A logical partition needs a sector before it for its record; the first one two, because the record at the front of the extended partition is
    /// another's where numbers do not follow the disk. One that moves leaves a whole boundary, so that the records are aligned too.
    /// </summary>
    private const int RecordSectors = 2;

    /// <summary>Chooses the places of everything in the table.</summary>
    /// <param name="table">The table of the base.</param>
    /// <param name="boundary">Where partitions may begin, in bytes.</param>
    /// <param name="romLoaders">What a boot ROM reads: partitions that hold any of it never move either.</param>
    public static PlannedLayout Place(PartitionTable table, int boundary, IReadOnlyList<ByteRange> romLoaders)
    {
        HashSet<int> stay = [.. table.Partitions
            .Where(partition => FixedTypes.Contains(partition.Type) || romLoaders.Any(partition.Range.Overlaps))
            .Select(partition => partition.Number)];
        List<PartitionMove> moves = [];
        Dictionary<int, long> firstSectors = [];
        long free = table.FirstUsableSector * table.SectorSize;
        foreach (Partition partition in table.InDiskOrder.Where(p => p.Kind != PartitionKind.Logical))
        {
            Partition[] logicals = partition.Kind == PartitionKind.Extended
                ? [.. table.InDiskOrder.Where(p => p.Kind == PartitionKind.Logical && partition.Range.Contains(p.Range))]
                : [];
            long start = logicals.Length > 0
                ? PlaceLogicals(partition, logicals, free, boundary, stay, moves)
                : PlaceOne(partition, free, boundary, stay.Contains(partition.Number) && partition.Kind != PartitionKind.Extended);
            firstSectors.Add(partition.Number, start / table.SectorSize);
            free = start + partition.Range.Length;
            if (partition.Kind != PartitionKind.Extended)
            {
                moves.Add(new(partition, partition.Range, new(start, partition.Range.Length)));
            }
            else if (logicals.Length > 0)
            {
                free = Math.Max(free, moves[^1].To.End);
            }
        }

        foreach (PartitionMove move in moves)
        {
            firstSectors[move.Partition.Number] = move.To.Start / table.SectorSize;
        }

        return new PlannedLayout(moves, firstSectors, free);
    }

    /// <summary>Adds the moves of the logical partitions, and returns where the extended one that holds them must begin.</summary>
    private static long PlaceLogicals(
        Partition extended, Partition[] logicals, long free, int boundary, HashSet<int> stay, List<PartitionMove> moves)
    {
        int firstMove = moves.Count;
        long frame = Math.Max(free, extended.Range.Start);
        long end = frame;
        foreach (Partition logical in logicals)
        {
            long start = logical.Range.Start;
            bool hasRoom = start - end >= RecordSectors * logical.SectorSize;
            if (stay.Contains(logical.Number))
            {
                RequireRoom(hasRoom, logical, boundary);
            }
            else if (!hasRoom || start % boundary != 0)
            {
                start = Math.Max(RoundUp(start, boundary), RoundUp(end, boundary) + boundary);
            }

            moves.Add(new(logical, logical.Range, new(start, logical.Range.Length)));
            end = start + logical.Range.Length;
        }

        // The frame follows what it holds: its first record goes one boundary before the first logical partition.
        PartitionMove first = moves[firstMove];
        return first.IsMove ? Math.Max(frame, first.To.Start - boundary) : frame;
    }

    private static long PlaceOne(Partition partition, long free, int boundary, bool isFixed)
    {
        long start = partition.Range.Start;
        if (!isFixed)
        {
            return start >= free && start % boundary == 0 ? start : RoundUp(Math.Max(start, free), boundary);
        }

        RequireRoom(start >= free, partition, boundary);
        return start;
    }

    private static void RequireRoom(bool hasRoom, Partition partition, int boundary)
    {
        if (!hasRoom)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature,
                "partition layout",
                $"{partition} is a boot loader's and must stay at sector {partition.FirstSector}, but aligning the partitions before it needs that room. "
                + $"Choose a smaller boundary than {boundary} bytes, or leave the repartition step out of the recipe.");
        }
    }

    private static long RoundUp(long value, int unit) => (value + unit - 1) / unit * unit;
}

/// <summary>Where everything in a table goes.</summary>
/// <param name="Moves">In disk order, partitions that stay included, extended partitions not: their content is their logicals'.</param>
/// <param name="FirstSectors">First sector by number, extended partitions included.</param>
/// <param name="End">The first byte behind all partitions.</param>
internal sealed record PlannedLayout(IReadOnlyList<PartitionMove> Moves, IReadOnlyDictionary<int, long> FirstSectors, long End);
