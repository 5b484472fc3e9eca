using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.Journal;
using ImagePrep.Storage.FileSystems.Ext.Journal.FastCommits;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>
/// What had to be finished because the machine was not shut down: the kernel would do the same at its next mount.
/// </summary>
/// <param name="Transactions">Committed transactions of the journal that were replayed.</param>
/// <param name="Blocks">Blocks that were written to their places.</param>
/// <param name="RevokedBlocks">Logged blocks that were left out, because they had been freed later.</param>
/// <param name="FastCommits">Fast commits behind them whose operations were done again.</param>
/// <param name="DeletedOrphans">Files that were open without a name, now gone.</param>
/// <param name="TruncatedOrphans">Files that were being cut, now cut.</param>
public sealed record ExtRecovery(int Transactions, int Blocks, int RevokedBlocks, int FastCommits, int DeletedOrphans, int TruncatedOrphans)
{
    /// <summary>Nothing was left undone.</summary>
    public static ExtRecovery None { get; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>For people: "3 journal transactions, 1 deleted file"; empty when nothing was left undone.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        void Add(int count, string what)
        {
            if (count > 0)
            {
                parts.Add($"{count} {what}{(count == 1 ? "" : "s")}");
            }
        }

        Add(Transactions, "journal transaction");
        Add(FastCommits, "fast commit");
        Add(DeletedOrphans, "deleted file");
        Add(TruncatedOrphans, "cut file");
        return string.Join(", ", parts);
    }

    /// <summary>Replays the journal if the superblock says that it waits, and opens the volume that results.</summary>
    internal static Volume Replay(IBlockDevice device, out ExtRecovery recovery)
    {
        recovery = None;
        Volume volume = Volume.Open(device);
        if (!volume.Superblock.Incompat.HasFlag(IncompatFeatures.NeedsRecovery))
        {
            return volume;
        }

        FeatureGate.CheckReplayable(volume.Superblock);
        if (InternalJournal.Load(volume) is { } journal)
        {
            ReplayPlan plan = journal.Plan();
            Replay(journal, plan, device);
            recovery = new ExtRecovery(plan.Transactions, plan.Blocks.Count, plan.RevokedBlocks, plan.FastCommits.Commits, 0, 0);
        }

        ClearNeedsRecovery(device);
        return Volume.Open(device);
    }

    private static void Replay(InternalJournal journal, ReplayPlan plan, IBlockDevice device)
    {
        if (plan.FastCommits.IsEmpty)
        {
            journal.Replay(plan, device);
            return;
        }

        // Whether operations can be done shows only while they are done: until then nothing is written.
        OverlayDevice trial = new(device);
        journal.Replay(plan, trial);
        ClearNeedsRecovery(trial);
        Volume volume = Volume.Open(trial);
        FeatureGate.CheckWritable(volume.Superblock);
        FastCommitRecord[] records = [.. plan.FastCommits.Records(volume)];
        EditSession session = new(volume, trial, NewestChange(records, volume));
        new ExtEditor(session).ReplayFastCommits(records);
        trial.CopyTo(device);
    }

    // The times of directories are not logged. They changed no later than the newest inode that was.
    private static UnixTime NewestChange(IEnumerable<FastCommitRecord> records, Volume volume) =>
        records.OfType<InodeRecord>().Select(record => record.Inode.Changed).Append(volume.Superblock.WriteTime).Max();

    private static void ClearNeedsRecovery(IBlockDevice device)
    {
        // The superblock may itself have been in the journal.
        Superblock superblock = Volume.Open(device).Superblock;
        superblock.ClearNeedsRecovery();
        byte[] raw = new byte[Superblock.Size];
        superblock.WriteTo(raw);
        device.WriteAt(Superblock.Location, raw);
    }
}
