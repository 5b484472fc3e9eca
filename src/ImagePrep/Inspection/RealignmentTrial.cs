using ImagePrep.Steps.Repartition;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Inspection;

/// <summary>The step that most recipes ask for, tried with the boundary it has by default: where partitions would go, or why not.</summary>
/// <param name="Result">Null when nothing would move, or the disk is refused.</param>
/// <param name="Refusals">At most one.</param>
internal sealed record RealignmentTrial(RealignedDisk? Result, IReadOnlyList<Finding> Refusals)
{
    public static RealignmentTrial Of(IBlockReader disk, PartitionTable table)
    {
        try
        {
            RepartitionPlan plan = RepartitionPlan.Create(disk, table, new RepartitionOptions());
            return new RealignmentTrial(plan.ChangesNothing ? null : Describe(plan), []);
        }
        catch (Exception exception) when (exception is UnsupportedImageException or CorruptImageException)
        {
            string text = $"A recipe with the repartition step refuses this disk. {exception.Message}";
            return new RealignmentTrial(null, [new Finding(FindingSeverity.Refused, "repartition", "partition table", text)]);
        }
    }

    private static RealignedDisk Describe(RepartitionPlan plan) => new(
        plan.After.DiskLength,
        [.. plan.After.InDiskOrder.Select(partition => new RealignedPartition(partition.Number, partition.Range.Start, partition.Range.Length))]);
}
