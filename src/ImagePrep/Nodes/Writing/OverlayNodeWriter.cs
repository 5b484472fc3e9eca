using ImagePrep.Golden;
using ImagePrep.Storage.Disks.Output;

namespace ImagePrep.Nodes.Writing;

/// <summary>
/// Small qcow2 files over the golden image: the few clusters that hold slots, with the node's bytes in them. The golden bytes around the slots are
/// read once for the whole batch.
/// </summary>
internal sealed class OverlayNodeWriter : INodeImageWriter
{
    /// <summary>64 KiB, as the golden image has: the guest lives on the overlay, and smaller clusters would cost it on every write.</summary>
    private const int ClusterBits = 16;
    private const int ClusterSize = 1 << ClusterBits;

    private readonly GoldenImage _golden;
    private readonly string _goldenPath;
    private readonly OutputBatch _batch;
    private readonly SortedDictionary<long, byte[]> _clusters = [];

    public OverlayNodeWriter(GoldenImage golden, string goldenPath, string folder)
    {
        _golden = golden;
        _goldenPath = goldenPath;
        _batch = new OutputBatch(folder);
        foreach (RangeDescription range in golden.Document.Slots.SelectMany(slot => slot.Ranges))
        {
            for (long cluster = range.Start >> ClusterBits; cluster << ClusterBits < range.Start + range.Length; cluster++)
            {
                if (!_clusters.ContainsKey(cluster))
                {
                    _clusters.Add(cluster, ReadCluster(cluster));
                }
            }
        }
    }

    public string Extension => ".qcow2";

    public string Write(string fileName, IReadOnlyList<NodePatch> patches, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Dictionary<long, byte[]> clusters = _clusters.ToDictionary(pair => pair.Key, pair => (byte[])pair.Value.Clone());
        foreach (NodePatch patch in patches)
        {
            for (int done = 0; done < patch.Bytes.Length;)
            {
                long position = patch.Offset + done;
                int within = (int)(position & (ClusterSize - 1));
                int count = Math.Min(ClusterSize - within, patch.Bytes.Length - done);
                patch.Bytes.Span.Slice(done, count).CopyTo(clusters[position >> ClusterBits].AsSpan(within));
                done += count;
            }
        }

        OverlayContent content = new()
        {
            BackingFileName = _goldenPath,
            VirtualSize = _golden.Disk.Length,
            ClusterBits = ClusterBits,
            Clusters = [.. clusters.OrderBy(pair => pair.Key).Select(pair => new OverlayCluster(pair.Key, pair.Value))],
        };
        string digest = OverlayWriter.Write(_batch, fileName, content).Sha256!;
        foreach (byte[] cluster in clusters.Values)
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(cluster);
        }

        return digest;
    }

    public void Complete() => _batch.Commit();

    public void Dispose() => _batch.Dispose();

    private byte[] ReadCluster(long cluster)
    {
        byte[] bytes = new byte[ClusterSize];
        long start = cluster << ClusterBits;
        _golden.Disk.ReadAt(start, bytes.AsSpan(0, (int)Math.Min(ClusterSize, _golden.Disk.Length - start)));
        return bytes;
    }
}
