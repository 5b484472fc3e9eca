using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition;

/// <summary>Where a sector of the base is on the realigned disk. Sectors outside partitions stay where they are.</summary>
internal sealed class SectorMap(PartitionTable table, IReadOnlyList<PartitionMove> partitions)
{
    public int SectorSize => table.SectorSize;

    public bool Contains(ulong sector, int count) => sector < (ulong)table.DiskSectors && count <= table.DiskSectors - (long)sector;

    /// <summary>The moving partition that holds one of the sectors, or null.</summary>
    public PartitionMove? MoveOf(ulong firstSector, int count)
    {
        ByteRange sectors = RangeOf(firstSector, count);
        return partitions.FirstOrDefault(move => move.IsMove && move.From.Overlaps(sectors));
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
