namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>
/// How much room 16-bit reference counts take in a new file. Counts cover the clusters that hold the counts, so the sizes settle by repetition.
/// </summary>
internal readonly record struct Qcow2Refcounts(long TableClusters, long BlockClusters)
{
    /// <param name="otherClusters">Clusters of the file that are neither refcount table nor refcount blocks.</param>
    /// <param name="clusterBits">Cluster size as a power of two.</param>
    public static Qcow2Refcounts For(long otherClusters, int clusterBits)
    {
        long countsPerBlock = 1L << (clusterBits - 1);
        long blocksPerTableCluster = 1L << (clusterBits - 3);
        Qcow2Refcounts sizes = new(1, 1);
        while (true)
        {
            long blocks = Qcow2Header.DivideUp(otherClusters + sizes.TableClusters + sizes.BlockClusters, countsPerBlock);
            Qcow2Refcounts next = new(Qcow2Header.DivideUp(blocks, blocksPerTableCluster), blocks);
            if (next == sizes)
            {
                return sizes;
            }

            sizes = next;
        }
    }
}
