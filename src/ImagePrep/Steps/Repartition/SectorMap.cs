using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition;

/// <summary>Where a sector of the base is on the realigned disk. Sectors outside partitions stay where they are, or are lost.</summary>
internal sealed class SectorMap
{
    private readonly PartitionTable _table;
    private readonly PartitionMove[] _moves;
    private readonly ByteRange[] _lost;

    /// <param name="table">The table of the base.</param>
    /// <param name="partitions">Where its partitions go.</param>
    /// <param name="after">The table that says so.</param>
    public SectorMap(PartitionTable table, IReadOnlyList<PartitionMove> partitions, PartitionTable after)
    {
        _table = table;
        _moves = [.. partitions.Where(move => move.IsMove)];
        _lost = [.. table.UnclaimedRanges, .. table.TableRanges, .. after.TableRanges];
    }

    private SectorMap(PartitionTable table)
    {
        _table = table;
        _moves = [];
        _lost = [];
    }

    public int SectorSize => _table.SectorSize;

    /// <summary>The map of a disk that is left as it is.</summary>
    public static SectorMap Unchanged(PartitionTable table) => new(table);

    public bool Contains(ulong sector, int count) => sector < (ulong)_table.DiskSectors && count <= _table.DiskSectors - (long)sector;

    /// <summary>The moving partition that holds one of the sectors, or null.</summary>
    public PartitionMove? MoveOf(ulong firstSector, int count)
    {
        ByteRange sectors = RangeOf(firstSector, count);
        return _moves.FirstOrDefault(move => move.From.Overlaps(sectors));
    }

    /// <summary>Whether one of the sectors is no one's, or the table's: neither is kept once something moves.</summary>
    public bool Loses(ulong firstSector, int count)
    {
        ByteRange sectors = RangeOf(firstSector, count);
        return MoveOf(firstSector, count) is null && _lost.Any(sectors.Overlaps);
    }

    /// <summary>The new first sector of a run; null when the run does not move as a whole.</summary>
    public ulong? Follow(ulong firstSector, int count) => MoveOf(firstSector, count) switch
    {
        null => firstSector,
        { } move when move.From.Contains(RangeOf(firstSector, count)) => (ulong)((long)firstSector + ((move.To.Start - move.From.Start) / SectorSize)),
        _ => null,
    };

    private ByteRange RangeOf(ulong firstSector, int count) => new((long)firstSector * SectorSize, (long)count * SectorSize);
}
