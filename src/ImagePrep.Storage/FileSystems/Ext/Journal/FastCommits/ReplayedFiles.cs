using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Allocation;
using ImagePrep.Storage.FileSystems.Ext.Checking;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.Mapping;
using ImagePrep.Storage.FileSystems.Ext.Orphans;

namespace ImagePrep.Storage.FileSystems.Ext.Journal.FastCommits;

/// <summary>
/// The files that fast commits change, and whose blocks are whose. Records come in the order of the inodes, so that a block may be given to one file
/// before another has let go of it: bitmaps are made right when all records were taken.
/// </summary>
internal sealed class ReplayedFiles
{
    private readonly EditSession _session;
    private readonly Dictionary<uint, ReplayedFile> _files = [];
    private readonly HashSet<uint> _listed;

    // What is marked in use for these files now, and what they have in the end.
    private readonly BlockUsage _before;
    private readonly BlockUsage _after;

    public ReplayedFiles(EditSession session)
    {
        _session = session;
        _before = new BlockUsage(session.Volume);
        _after = new BlockUsage(session.Volume);
        _listed = [.. OrphanList.Read(session.Volume), .. OrphanFile.Load(session.Volume)?.Inodes ?? []];
    }

    public IEnumerable<ReplayedFile> All => _files.OrderBy(file => file.Key).Select(file => file.Value);

    /// <exception cref="CorruptImageException">The inode is damaged, or has blocks of another file.</exception>
    public ReplayedFile this[uint number]
    {
        get
        {
            if (!_files.TryGetValue(number, out ReplayedFile? file))
            {
                file = ReplayedFile.Load(_session.Volume, number, _listed.Contains(number));
                Claim(_before, file.StoredRuns, number);
                _files.Add(number, file);
            }

            return file;
        }
    }

    /// <summary>A directory is in its place at once: names are put into it. From here on it is one like others.</summary>
    public void Settle(uint number) => _files.Remove(number);

    /// <summary>Keeps blocks that a record names from being given to directories that grow.</summary>
    public void Reserve(BlockRun run)
    {
        foreach ((long start, uint count) in _session.Blocks.TakeFree(run.Physical, run.Count))
        {
            _before.TryClaim(start, count);
        }
    }

    public void AddRange(AddRangeRecord record)
    {
        ReplayedFile file = this[record.Inode];
        file.CheckHasExtents();
        file.Map.Remove(record.Run.Logical, record.Run.LogicalEnd);
        file.Map.Insert(record.Run);
    }

    public void DeleteRange(DeleteRangeRecord record)
    {
        ReplayedFile file = this[record.Inode];
        file.CheckHasExtents();
        file.Map.Remove(record.From, record.To);
    }

    /// <summary>Makes the block bitmaps right, now that it is clear which file has which blocks.</summary>
    /// <exception cref="CorruptImageException">A block has two owners.</exception>
    public void SettleBlocks()
    {
        foreach (ReplayedFile file in All)
        {
            IReadOnlyList<BlockRun> runs = file.IsOrphan ? file.StoredRuns : file.Names > 0 ? file.Map.Runs : [];
            Claim(_after, runs, file.Inode.Number);
        }

        for (uint group = 0; group < _session.Volume.Groups.Count; group++)
        {
            SettleGroup(group);
        }
    }

    private void SettleGroup(uint group)
    {
        if (_before.OfGroup(group) is null && _after.OfGroup(group) is null)
        {
            return;
        }

        Bitmap none = new(new byte[_session.Volume.BlockSize], _session.Volume.Groups.BlocksIn(group));
        Bitmap before = _before.OfGroup(group) ?? none;
        Bitmap after = _after.OfGroup(group) ?? none;
        long first = _session.Volume.Groups.FirstBlock(group);
        foreach ((uint start, uint length) in before.RunsNotIn(after))
        {
            _session.Blocks.Free(first + start, length);
        }

        foreach ((uint start, uint _) in after.RunsNotIn(before))
        {
            throw new CorruptImageException(
                CorruptKind.Overlap, "ext fast commit", $"block {first + start} becomes part of a file, but something else has it. Run e2fsck on the image.");
        }
    }

    private static void Claim(BlockUsage usage, IEnumerable<BlockRun> runs, uint inode)
    {
        foreach (BlockRun run in runs)
        {
            if (!usage.TryClaim(run.Physical, run.Count))
            {
                throw new CorruptImageException(
                    CorruptKind.Overlap, $"ext fast commit, inode {inode}",
                    $"of the blocks {run.Physical} to {run.PhysicalEnd - 1} some belong to the file twice, or to another file, too. Run e2fsck on the image.");
            }
        }
    }
}
