using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>A leaf of an htree divided by hash into two of about the same size.</summary>
/// <param name="Lower">Takes the place of the old leaf.</param>
/// <param name="Upper">The new leaf behind it.</param>
/// <param name="Boundary">Lowest hash of the upper one, bit 0 set when the lower one holds that hash too.</param>
internal sealed record LeafSplit(LinearBlock Lower, LinearBlock Upper, uint Boundary)
{
    /// <exception cref="CorruptImageException">A name is in a leaf that its hash does not lead to.</exception>
    public static LeafSplit Of(LinearBlock leaf, DirectoryRules rules, NameHash hash, HashRange range, BlockPlace place)
    {
        (DirectoryRecord Record, uint Hash)[] sorted =
            [.. leaf.Records.Select(record => (record, hash.Compute(record.Name.Bytes))).OrderBy(pair => pair.Item2)];
        foreach ((DirectoryRecord record, uint found) in sorted)
        {
            if (!range.Contains(found))
            {
                throw Misplaced(place, record, found);
            }
        }

        DirectoryRecord[] records = [.. sorted.Select(pair => pair.Record)];
        int cut = MiddleOf(records);
        bool isShared = sorted[cut].Hash == sorted[cut - 1].Hash;
        return new LeafSplit(
            LinearBlock.Of(rules, records[..cut]), LinearBlock.Of(rules, records[cut..]), sorted[cut].Hash | (isShared ? 1u : 0u));
    }

    /// <summary>The half in which a name of this hash goes.</summary>
    public LinearBlock HalfFor(uint hash) => hash >= (Boundary & ~1u) ? Upper : Lower;

    public static CorruptImageException Misplaced(BlockPlace place, DirectoryRecord record, uint hash) => new(
        CorruptKind.Inconsistent,
        place.ToString(),
        $"the name '{record.Name}' has hash 0x{hash:x8}, which the index leads to another block. e2fsck -fD rebuilds the index.");

    // Where both sides differ least in bytes. They differ by one record at most, so in the smallest block there is, 1 KiB with its tail, each
    // side leaves room for the longest record: (1012 - 264) / 2 = 374 bytes or more. A leaf that is full holds three records at least.
    private static int MiddleOf(DirectoryRecord[] records)
    {
        int total = records.Sum(LengthOf);
        int before = 0;
        int best = 1;
        int bestDifference = int.MaxValue;
        for (int cut = 1; cut < records.Length; cut++)
        {
            before += LengthOf(records[cut - 1]);
            int difference = Math.Abs(total - (2 * before));
            if (difference < bestDifference)
            {
                (best, bestDifference) = (cut, difference);
            }
        }

        return best;
    }

    private static int LengthOf(DirectoryRecord record) => RecordHeader.LengthFor(record.Name.Bytes.Length);
}
