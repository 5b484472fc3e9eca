using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Ext.Journal;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>
/// What had to be finished because the machine was not shut down: the kernel would do the same at its next mount.
/// </summary>
/// <param name="Transactions">Committed transactions of the journal that were replayed.</param>
/// <param name="Blocks">Blocks that were written to their places.</param>
/// <param name="RevokedBlocks">Logged blocks that were left out, because they had been freed later.</param>
/// <param name="DeletedOrphans">Files that were open without a name, now gone.</param>
/// <param name="TruncatedOrphans">Files that were being cut, now cut.</param>
public sealed record ExtRecovery(int Transactions, int Blocks, int RevokedBlocks, int DeletedOrphans, int TruncatedOrphans)
{
    /// <summary>Nothing was left undone.</summary>
    public static ExtRecovery None { get; } = new(0, 0, 0, 0, 0);

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
            ReplayPlan plan = journal.Replay(device);
            recovery = new ExtRecovery(plan.Transactions, plan.Blocks.Count, plan.RevokedBlocks, 0, 0);
        }

        // The superblock may itself have been in the journal.
        Superblock superblock = Volume.Open(device).Superblock;
        superblock.ClearNeedsRecovery();
        byte[] raw = new byte[Superblock.Size];
        superblock.WriteTo(raw);
        device.WriteAt(Superblock.Location, raw);
        return Volume.Open(device);
    }
}
