using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Mapping;

/// <summary>
/// Where the blocks of one file lie: runs in file order without overlaps, neighbours joined. It is loaded whole, changed in memory and stored
/// whole (<see cref="ExtentTree"/>, <see cref="BlockMap"/>), so that trees on disk are always packed and as shallow as they can be.
/// </summary>
internal sealed class FileMap
{
    /// <summary>24 MiB of runs: a file of 4 GiB in single 4 KiB pieces. Files that are edited have a handful.</summary>
    public const int MaxRuns = 1 << 20;

    private readonly List<BlockRun> _runs = [];

    public IReadOnlyList<BlockRun> Runs => _runs;

    /// <summary>Blocks that hold the map itself, those nearest to the leaves first. They are used again, in this order, when the map is stored.</summary>
    public List<long> IndexBlocks { get; } = [];

    /// <summary>The first block of the file behind everything that is mapped.</summary>
    public long LogicalEnd => _runs.Count == 0 ? 0 : _runs[^1].LogicalEnd;

    public long MappedBlocks
    {
        get
        {
            long total = 0;
            foreach (BlockRun run in _runs)
            {
                total += run.Count;
            }

            return total;
        }
    }

    /// <summary>Adds a run behind all others; used while loading.</summary>
    public void Append(BlockRun run, uint inode)
    {
        if (_runs.Count == MaxRuns)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, $"inode {inode}", $"the file lies in more than {MaxRuns} pieces.");
        }

        AddLast(run);
    }

    /// <summary>The run that holds a block of the file; false when the block is a hole.</summary>
    public bool TryFind(long logical, out BlockRun run)
    {
        int index = FirstEndingAfter(logical);
        run = index < _runs.Count ? _runs[index] : default;
        return index < _runs.Count && run.Logical <= logical;
    }

    /// <summary>Mapped and unmapped pieces of [from, to) in order; a hole has no run.</summary>
    public IEnumerable<(long From, long To, BlockRun? Run)> Pieces(long from, long to)
    {
        for (int index = FirstEndingAfter(from); from < to; index++)
        {
            if (index == _runs.Count || _runs[index].Logical >= to)
            {
                yield return (from, to, null);
                yield break;
            }

            BlockRun run = _runs[index];
            if (run.Logical > from)
            {
                yield return (from, run.Logical, null);
                from = run.Logical;
            }

            long end = Math.Min(to, run.LogicalEnd);
            yield return (from, end, run.Part(from, end));
            from = end;
        }
    }

    /// <summary>Maps blocks that were a hole.</summary>
    public void Insert(BlockRun run)
    {
        int index = FirstEndingAfter(run.Logical);
        List<BlockRun> behind = _runs.GetRange(index, _runs.Count - index);
        _runs.RemoveRange(index, behind.Count);
        AddLast(run);
        behind.ForEach(AddLast);
    }

    /// <summary>Unmaps everything from a block on and returns what was there.</summary>
    public List<BlockRun> RemoveFrom(long logical) => Remove(logical, Math.Max(logical, LogicalEnd));

    /// <summary>Unmaps the blocks of [from, to) and returns what was there.</summary>
    public List<BlockRun> Remove(long from, long to)
    {
        int first = FirstEndingAfter(from);
        int last = first;
        List<BlockRun> removed = [];
        List<BlockRun> kept = [];
        for (; last < _runs.Count && _runs[last].Logical < to; last++)
        {
            BlockRun run = _runs[last];
            long start = Math.Max(from, run.Logical);
            long end = Math.Min(to, run.LogicalEnd);
            removed.Add(run.Part(start, end));
            kept.Add(run.Part(run.Logical, start));
            kept.Add(run.Part(end, run.LogicalEnd));
        }

        kept.RemoveAll(run => run.Count == 0);
        _runs.RemoveRange(first, last - first);
        _runs.InsertRange(first, kept);
        return removed;
    }

    /// <summary>Marks the unwritten blocks of [from, to) as written.</summary>
    public void MarkWritten(long from, long to)
    {
        BlockRun[] before = [.. _runs];
        _runs.Clear();
        foreach (BlockRun run in before)
        {
            long start = Math.Clamp(from, run.Logical, run.LogicalEnd);
            long end = Math.Clamp(to, start, run.LogicalEnd);
            AddLast(run.Part(run.Logical, start));
            AddLast(run.Part(start, end) with { Unwritten = false });
            AddLast(run.Part(end, run.LogicalEnd));
        }
    }

    private void AddLast(BlockRun run)
    {
        if (run.Count == 0)
        {
            return;
        }

        if (_runs.Count > 0 && _runs[^1].IsContinuedBy(run))
        {
            _runs[^1] = _runs[^1] with { Count = _runs[^1].Count + run.Count };
        }
        else
        {
            _runs.Add(run);
        }
    }

    // Index of the first run that ends behind the block: the one that holds it, or the next one.
    private int FirstEndingAfter(long logical)
    {
        int low = 0;
        int high = _runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_runs[middle].LogicalEnd > logical)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
