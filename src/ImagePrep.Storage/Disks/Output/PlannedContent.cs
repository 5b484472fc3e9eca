using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>A disk whose empty clusters are known exactly: what a raw image is written from.</summary>
internal sealed class PlannedContent(IBlockReader content, ClusterPlan plan) : IBlockReader
{
    public long Length => content.Length;

    public void ReadAt(long offset, Span<byte> destination) => content.ReadAt(offset, destination);

    public ByteRange NextData(long offset)
    {
        long first = plan.NextUsed(offset >> plan.ClusterBits);
        if (offset >= Length || first == plan.ClusterCount)
        {
            return new ByteRange(Length, 0);
        }

        long end = Math.Min(plan.NextUnused(first) << plan.ClusterBits, Length);
        return ByteRange.FromBounds(Math.Max(offset, first << plan.ClusterBits), end);
    }
}
