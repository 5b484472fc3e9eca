using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>Which features are read, which are written, and what to tell people about the others. No feature bit is ever added.</summary>
internal static class FeatureGate
{
    private const string Structure = "ext superblock";
    private const ushort StateClean = 0x1;
    private const ushort StateErrors = 0x2;
    private const uint CreatorHurd = 1;
    private const uint CreatorMasix = 2;

    private const IncompatFeatures ReadableIncompat =
        IncompatFeatures.FileType | IncompatFeatures.Extents | IncompatFeatures.SixtyFourBit | IncompatFeatures.Mmp | IncompatFeatures.FlexBg
        | IncompatFeatures.MetaBg | IncompatFeatures.EaInode | IncompatFeatures.ChecksumSeed | IncompatFeatures.LargeDir | IncompatFeatures.InlineData
        | IncompatFeatures.Encrypt | IncompatFeatures.CaseFold | IncompatFeatures.NeedsRecovery;

    // Encrypted or case-folded names: each needs rules that are not written yet.
    private const IncompatFeatures WritableIncompat = ReadableIncompat & ~(IncompatFeatures.Encrypt | IncompatFeatures.CaseFold);

    // Verity files are refused one by one; the flag alone says only that there may be some.
    private const ReadOnlyCompatFeatures WritableReadOnlyCompat =
        ReadOnlyCompatFeatures.SparseSuper | ReadOnlyCompatFeatures.LargeFile | ReadOnlyCompatFeatures.HugeFile
        | ReadOnlyCompatFeatures.GroupChecksum | ReadOnlyCompatFeatures.DirNlink | ReadOnlyCompatFeatures.ExtraIsize
        | ReadOnlyCompatFeatures.MetadataChecksum | ReadOnlyCompatFeatures.Verity
        | ReadOnlyCompatFeatures.OrphanPresent;

    private const CompatFeatures WritableCompat =
        CompatFeatures.DirPrealloc | CompatFeatures.HasJournal | CompatFeatures.ExtAttr | CompatFeatures.ResizeInode | CompatFeatures.DirIndex
        | CompatFeatures.SparseSuper2 | CompatFeatures.FastCommit | CompatFeatures.StableInodes | CompatFeatures.OrphanFile;

    /// <exception cref="UnsupportedImageException">Reading would give wrong content, or is not written.</exception>
    public static void CheckReadable(Superblock superblock)
    {
        IncompatFeatures incompat = superblock.Incompat;
        if (incompat.HasFlag(IncompatFeatures.JournalDevice))
        {
            throw Refuse(UnsupportedKind.Feature, "this is the external journal of another file system, it holds no files.");
        }

        IncompatFeatures refused = incompat & ~ReadableIncompat;
        if (refused != IncompatFeatures.None)
        {
            throw Refuse(KindOf((uint)refused, refused.ToString()), $"{FeatureReasons.Explain(FeatureNames.Of(refused))} is not handled.");
        }

        if (superblock.ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.BigAlloc))
        {
            throw Refuse(UnsupportedKind.Feature, $"{FeatureReasons.Explain(["bigalloc"])} is not handled.");
        }
    }

    /// <exception cref="UnsupportedImageException">The journal is not inside the file system.</exception>
    public static void CheckReplayable(Superblock superblock)
    {
        if (superblock.HasExternalJournal || superblock.JournalInode == 0)
        {
            throw Refuse(
                UnsupportedKind.NeedsRepair,
                "needs_recovery is set, and the journal is on another device: changes that are not in place yet cannot be replayed. "
                + "Boot the image once and shut it down, or run e2fsck on it.");
        }
    }

    /// <exception cref="UnsupportedImageException">Writing could damage the file system.</exception>
    public static void CheckWritable(Superblock superblock)
    {
        if ((superblock.State & StateErrors) != 0)
        {
            throw Refuse(UnsupportedKind.NeedsRepair, "s_state says that errors were found in this file system. Run e2fsck on it first.");
        }

        if ((superblock.State & StateClean) == 0)
        {
            throw Refuse(UnsupportedKind.NeedsRepair, "s_state says that the file system was not unmounted cleanly. Run e2fsck on it first.");
        }

        if (superblock.CreatorOs is CreatorHurd or CreatorMasix)
        {
            throw Refuse(UnsupportedKind.Feature, $"s_creator_os is {superblock.CreatorOs}, not Linux; inodes have another layout there.");
        }

        IncompatFeatures incompat = superblock.Incompat & ~WritableIncompat;
        ReadOnlyCompatFeatures readOnlyCompat = superblock.ReadOnlyCompat & ~WritableReadOnlyCompat;
        CompatFeatures compat = superblock.Compat & ~WritableCompat;
        if (incompat != IncompatFeatures.None || readOnlyCompat != ReadOnlyCompatFeatures.None || compat != CompatFeatures.None)
        {
            UnsupportedKind kind = KindOf((uint)compat, compat.ToString()) == UnsupportedKind.UnknownFeature
                || KindOf((uint)readOnlyCompat, readOnlyCompat.ToString()) == UnsupportedKind.UnknownFeature
                    ? UnsupportedKind.UnknownFeature
                    : UnsupportedKind.Feature;
            throw Refuse(
                kind,
                $"{FeatureReasons.Explain(FeatureNames.Of(compat, incompat, readOnlyCompat))} is not handled for writing. "
                + "Reading works; to edit, make the base image without it (tune2fs -O can remove some features).");
        }

        if (superblock.Compat.HasFlag(CompatFeatures.HasJournal) && superblock.HasExternalJournal)
        {
            throw Refuse(UnsupportedKind.Feature, "the journal is on another device, so nobody can tell whether it is empty.");
        }
    }

    // Enum.ToString falls back to the number as soon as one bit has no name.
    private static UnsupportedKind KindOf(uint bits, string names) =>
        bits != 0 && char.IsAsciiDigit(names[0]) ? UnsupportedKind.UnknownFeature : UnsupportedKind.Feature;

    private static UnsupportedImageException Refuse(UnsupportedKind kind, string message) => new(kind, Structure, message);
}
