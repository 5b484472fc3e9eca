using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition;

/// <summary>Where a partition was and where it goes. Both runs are of the same length.</summary>
/// <param name="Partition">The partition as the base has it.</param>
/// <param name="From">Its bytes on the base.</param>
/// <param name="To">Its bytes on the realigned disk.</param>
public sealed record PartitionMove(Partition Partition, ByteRange From, ByteRange To)
{
    public bool IsMove => From != To;
}
