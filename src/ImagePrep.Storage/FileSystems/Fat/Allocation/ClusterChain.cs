using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Fat.Allocation;

/// <summary>The clusters of one file or directory, in order.</summary>
internal sealed class ClusterChain
{
    private readonly List<ClusterRun> _runs = [];

    public IReadOnlyList<ClusterRun> Runs => _runs;

    public long Count { get; private set; }

    public uint First => _runs.Count == 0 ? 0 : _runs[0].First;

    /// <summary>The last cluster; only of a chain that is not empty.</summary>
    public uint Last => _runs[^1].End - 1;

    /// <summary>Follows a chain to its end.</summary>
    /// <param name="volume">Where it lies.</param>
    /// <param name="first">First cluster; 0 for an empty file.</param>
    /// <param name="limit">Most clusters it may have.</param>
    /// <param name="owner">For messages: "directory at cluster 5".</param>
    /// <exception cref="CorruptImageException">The chain leaves the volume, meets a free or bad cluster, is a circle, or has more clusters than it may have.</exception>
    public static ClusterChain Load(FatVolume volume, uint first, long limit, string owner) => Load(volume, first, limit, owner, mayGoOn: false);

    /// <summary>Follows a chain for as many clusters as are needed, and not further: what comes behind the end of a file does not harm reading it.</summary>
    public static ClusterChain LoadStart(FatVolume volume, uint first, long needed, string owner)
    {
        if (needed > volume.Boot.ClusterCount)
        {
            throw CorruptImageException.OutOfRange(owner, "DIR_FileSize in clusters", needed, $"at most {volume.Boot.ClusterCount}, all there are");
        }

        ClusterChain chain = Load(volume, first, needed, owner, mayGoOn: true);
        return chain.Count == needed
            ? chain
            : throw new CorruptImageException(
                CorruptKind.Inconsistent, owner, $"the cluster chain ends after {chain.Count} clusters, the size needs {needed}. Run fsck.fat on the image.");
    }

    public void Add(uint cluster)
    {
        if (_runs.Count > 0 && _runs[^1].End == cluster)
        {
            _runs[^1] = _runs[^1] with { Count = _runs[^1].Count + 1 };
        }
        else
        {
            _runs.Add(new ClusterRun(cluster, 1));
        }

        Count++;
    }

    /// <summary>Cuts the chain in memory and returns what was cut off.</summary>
    public IReadOnlyList<ClusterRun> CutTo(long count)
    {
        List<ClusterRun> cut = [];
        while (Count > count)
        {
            ClusterRun last = _runs[^1];
            uint surplus = (uint)Math.Min(last.Count, Count - count);
            _runs.RemoveAt(_runs.Count - 1);
            if (surplus < last.Count)
            {
                _runs.Add(last with { Count = last.Count - surplus });
            }

            cut.Add(new ClusterRun(last.End - surplus, surplus));
            Count -= surplus;
        }

        cut.Reverse();
        return cut;
    }

    public IEnumerable<uint> Clusters()
    {
        foreach (ClusterRun run in _runs)
        {
            for (uint cluster = run.First; cluster < run.End; cluster++)
            {
                yield return cluster;
            }
        }
    }

    private static ClusterChain Load(FatVolume volume, uint first, long limit, string owner, bool mayGoOn)
    {
        ClusterChain chain = new();
        uint cluster = first;

        // Brent's cycle finding: a cluster noted at every doubling comes again if the chain is a circle, long before it fills memory.
        uint noted = 0;
        long noteAt = 1;
        while (chain.Count > 0 || cluster != 0)
        {
            if (chain.Count > 0 && volume.Table.IsEndOfChain(cluster))
            {
                break;
            }

            if (chain.Count == limit)
            {
                return mayGoOn ? chain : throw CorruptImageException.Loop(owner, "the cluster chain", limit);
            }

            if (!volume.Table.IsCluster(cluster))
            {
                throw CorruptImageException.OutOfRange(
                    owner, $"cluster {chain.Count} of the chain", cluster, $"{FatTable.FirstCluster} to {volume.Boot.ClusterCount + 1}");
            }

            if (cluster == noted)
            {
                throw CorruptImageException.Loop(owner, "the cluster chain", chain.Count);
            }

            chain.Add(cluster);
            if (chain.Count == noteAt)
            {
                (noted, noteAt) = (cluster, noteAt * 2);
            }

            cluster = volume.Table[cluster];
        }

        return chain;
    }
}
