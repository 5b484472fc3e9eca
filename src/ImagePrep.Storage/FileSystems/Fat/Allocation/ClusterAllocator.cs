using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Fat.Allocation;

/// <summary>Takes and gives back clusters. One run where there is one, because slots want a single place; otherwise the lowest free ones.</summary>
internal sealed class ClusterAllocator(FatVolume volume, ClusterBitmap free)
{
    private readonly List<(uint Cluster, bool WasFree)> _changes = [];

    public uint FreeCount => free.Count;

    /// <summary>The cluster that was taken last, for FSInfo; 0 before the first.</summary>
    public uint LastTaken { get; private set; }

    /// <summary>Free clusters, in order.</summary>
    public IEnumerable<ClusterRun> FreeRuns => free.SetRuns();

    /// <summary>Makes a chain longer; the new clusters hold what they held.</summary>
    /// <exception cref="UnsupportedImageException">Not enough are free.</exception>
    public void Extend(ClusterChain chain, long count)
    {
        if (count > free.Count)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NoSpace,
                "FAT file system",
                $"{count * volume.Boot.ClusterSize} more bytes are needed, {free.Count * (long)volume.Boot.ClusterSize} are free. Remove files first, or make the partition larger.");
        }

        uint next = FindStart(chain, count);
        for (long left = count; left > 0; left--)
        {
            next = free.NextSet(next);
            if (next == free.End)
            {
                next = free.NextSet(FatTable.FirstCluster);
            }

            Change(next, isFree: false);
            volume.Table.Set(next, volume.Table.EndOfChain);
            if (chain.Count > 0)
            {
                volume.Table.Set(chain.Last, next);
            }

            chain.Add(next);
            LastTaken = next;
        }
    }

    /// <summary>Cuts a chain and frees what is cut off.</summary>
    public void Shrink(ClusterChain chain, long count)
    {
        foreach (ClusterRun run in chain.CutTo(count))
        {
            for (uint cluster = run.First; cluster < run.End; cluster++)
            {
                Change(cluster, isFree: true);
                volume.Table.Set(cluster, FatTable.Free);
            }
        }

        if (chain.Count > 0)
        {
            volume.Table.Set(chain.Last, volume.Table.EndOfChain);
        }
    }

    /// <summary>Takes the changes of an operation as the state from now on.</summary>
    public void KeepChanges() => _changes.Clear();

    public void DropChanges()
    {
        for (int index = _changes.Count - 1; index >= 0; index--)
        {
            free[_changes[index].Cluster] = _changes[index].WasFree;
        }

        _changes.Clear();
    }

    // Behind the chain's end when that is free, at the first run that is long enough, or at the lowest free cluster.
    private uint FindStart(ClusterChain chain, long count)
    {
        if (chain.Count > 0 && chain.Last + 1 < free.End && free.NextClear(chain.Last + 1) - (chain.Last + 1) >= count)
        {
            return chain.Last + 1;
        }

        foreach (ClusterRun run in free.SetRuns())
        {
            if (run.Count >= count)
            {
                return run.First;
            }
        }

        return FatTable.FirstCluster;
    }

    private void Change(uint cluster, bool isFree)
    {
        _changes.Add((cluster, free[cluster]));
        free[cluster] = isFree;
    }
}
