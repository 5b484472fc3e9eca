using ImagePrep.Storage.FileSystems.Ext.Allocation;
using ImagePrep.Storage.FileSystems.Ext.Journal;

namespace ImagePrep.Storage.FileSystems.Ext.Checking;

/// <summary>One run over a volume: metadata, inodes with their blocks, names, and at the end the bitmaps and counts.</summary>
internal sealed class VolumeCheck(Volume volume, Problems problems)
{
    private const ushort StateClean = 0x1;
    private const ushort StateErrors = 0x2;

    private readonly BlockUsage _usage = new(volume);
    private readonly InodeTable _inodes = new(volume);

    public void Run()
    {
        CheckSuperblock();
        ClaimMetadata();
        TreeCheck tree = new(volume, _inodes, problems);
        InodeScan scan = new(volume, _usage, _inodes, tree, problems);
        for (uint group = 0; group < volume.Groups.Count; group++)
        {
            problems.Try(() => scan.CheckGroup(group));
        }

        scan.CheckSharedAttributes();
        tree.CheckLinks();
        for (uint group = 0; group < volume.Groups.Count; group++)
        {
            problems.Try(() => CheckBlockBitmap(group));
        }
    }

    private void CheckSuperblock()
    {
        Superblock superblock = volume.Superblock;
        problems.AddUnless((superblock.State & StateClean) != 0, "ext superblock: s_state says that the file system was not unmounted cleanly.");
        problems.AddUnless((superblock.State & StateErrors) == 0, "ext superblock: s_state says that errors were found.");
        problems.AddUnless(!superblock.HasOrphans, "ext superblock: there are orphan inodes.");
        problems.AddUnless(!superblock.Incompat.HasFlag(IncompatFeatures.NeedsRecovery), "ext superblock: needs_recovery is set.");
        long freeBlocks = volume.Groups.TotalFreeBlocks();
        problems.AddUnless(
            superblock.FreeBlocks == freeBlocks,
            $"ext superblock: s_free_blocks_count is {superblock.FreeBlocks}, the groups have {freeBlocks}.");
        uint freeInodes = volume.Groups.TotalFreeInodes();
        problems.AddUnless(
            superblock.FreeInodes == freeInodes,
            $"ext superblock: s_free_inodes_count is {superblock.FreeInodes}, the groups have {freeInodes}.");
        problems.Try(() =>
        {
            InternalJournal? journal = InternalJournal.Load(volume);
            problems.AddUnless(journal is null or { IsEmpty: true }, "ext journal: it is not empty, or was aborted.");
        });
    }

    private void ClaimMetadata()
    {
        // A run that leaves its group does so only on a damaged file system: the descriptors' places were checked when they were loaded.
        foreach ((long start, uint count) in volume.Groups.MetadataRuns())
        {
            problems.AddUnless(_usage.TryClaim(start, count), $"ext group descriptors: metadata at blocks {start} to {start + count - 1} overlaps other metadata.");
        }

        if (volume.Superblock.Incompat.HasFlag(IncompatFeatures.Mmp))
        {
            volume.CheckBlocks(volume.Superblock.MmpBlock, 1, "s_mmp_block");
            problems.AddUnless(_usage.TryClaim(volume.Superblock.MmpBlock, 1), "ext superblock: s_mmp_block lies in other metadata.");
        }
    }

    private void CheckBlockBitmap(uint group)
    {
        Bitmap stored = volume.Bitmaps.Blocks(group);
        uint free = stored.CountClear();
        uint promised = volume.Groups[group].FreeBlocks;
        problems.AddUnless(free == promised, $"ext group descriptor {group}: bg_free_blocks_count is {promised}, the bitmap has {free}.");
        Bitmap used = _usage.OfGroup(group) ?? new Bitmap(new byte[volume.BlockSize], stored.Count);
        if (FirstDifference(stored, used) is { } index)
        {
            long block = volume.Groups.FirstBlock(group) + index;
            problems.Add(stored[index]
                ? $"block bitmap of group {group}: block {block} is marked in use, but nothing uses it."
                : $"block bitmap of group {group}: block {block} is in use, but marked free.");
        }

        // Only the last group has bits that stand for no block; they are set, so that nobody allocates them.
        Bitmap whole = new(stored.Bits, volume.Superblock.BlocksPerGroup);
        problems.AddUnless(
            whole.AllSet(stored.Count, whole.Count - stored.Count), $"block bitmap of group {group}: the padding behind the last block is not set.");
    }

    private static uint? FirstDifference(Bitmap left, Bitmap right)
    {
        int whole = (int)(left.Count / 8);
        int common = left.Bits.AsSpan(0, whole).CommonPrefixLength(right.Bits.AsSpan(0, whole));
        for (uint index = (uint)common * 8; index < left.Count; index++)
        {
            if (left[index] != right[index])
            {
                return index;
            }
        }

        return null;
    }
}
