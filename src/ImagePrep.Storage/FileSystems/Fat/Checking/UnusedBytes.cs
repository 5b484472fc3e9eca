using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Fat.Allocation;
using ImagePrep.Storage.FileSystems.Fat.Directories;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat.Checking;

/// <summary>
/// Bytes of a volume that mean nothing: free clusters, what lies behind the end of a file in its last cluster, records of deleted names (all but
/// the byte that says so), what follows a directory's end mark, and what is behind the last entry of a table and the last cluster.
/// </summary>
internal sealed class UnusedBytes(FatVolume volume)
{
    private readonly List<ByteRange> _ranges = [];

    /// <summary>Deleted names of which more is left than the byte that says so. The pieces of a long name count as one with its short name.</summary>
    public long RemovedNames { get; private set; }

    public void AddFree(IEnumerable<ClusterRun> runs)
    {
        foreach (ClusterRun run in runs)
        {
            Add(volume.RangeOf(run));
        }
    }

    /// <summary>Not the reserved sectors, all of which may be a boot loader's.</summary>
    public void AddRoundings()
    {
        for (int copy = 0; copy < volume.Boot.TableCount; copy++)
        {
            Add(ByteRange.FromBounds(volume.Table.TableStart(copy) + volume.Table.UsedBytes, volume.Table.TableStart(copy + 1)));
        }

        Add(ByteRange.FromBounds(volume.ClusterStart(FatTable.FirstCluster + volume.Boot.ClusterCount), volume.TotalBytes));
    }

    public void AddSlack(ClusterChain chain, long size)
    {
        long allocated = chain.Count * volume.Boot.ClusterSize;
        foreach (ByteRange range in ChainContent.Ranges(volume, chain, size, allocated - size))
        {
            Add(range);
        }
    }

    public void AddRecords(FatDirectory directory)
    {
        foreach (int offset in directory.Deleted)
        {
            Add(new ByteRange(directory.PositionOf(offset) + 1, DirectoryRecord.Size - 1));
            ReadOnlySpan<byte> record = directory.Bytes.AsSpan(offset, DirectoryRecord.Size);
            RemovedNames += !DirectoryRecord.IsLongName(record) && record[1..].ContainsAnyExcept((byte)0) ? 1 : 0;
        }

        if (directory.End < directory.Bytes.Length)
        {
            foreach (ByteRange range in directory.Places(directory.End, directory.Bytes.Length))
            {
                Add(range);
            }
        }
    }

    /// <summary>In order, joined where they touch.</summary>
    public IReadOnlyList<ByteRange> Ranges() => SortedRanges.Join(_ranges);

    private void Add(ByteRange range)
    {
        if (_ranges.Count == FatLimits.MaxUnusedRanges)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, "FAT file system", $"there are more than {FatLimits.MaxUnusedRanges} runs of free space; copy the files to a new file system.");
        }

        _ranges.Add(range);
    }
}
