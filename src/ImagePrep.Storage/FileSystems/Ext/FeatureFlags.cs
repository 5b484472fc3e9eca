namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>s_feature_compat: an implementation that does not know a bit may still read and write.</summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/super.html"/>
[Flags]
internal enum CompatFeatures : uint
{
    None = 0,
    DirPrealloc = 0x1,
    ImagicInodes = 0x2,
    HasJournal = 0x4,
    ExtAttr = 0x8,
    ResizeInode = 0x10,
    DirIndex = 0x20,
    LazyBg = 0x40,
    ExcludeBitmap = 0x100,
    SparseSuper2 = 0x200,
    FastCommit = 0x400,
    StableInodes = 0x800,
    OrphanFile = 0x1000,
}

/// <summary>s_feature_incompat: an implementation that does not know a bit must not even read.</summary>
[Flags]
internal enum IncompatFeatures : uint
{
    None = 0,
    Compression = 0x1,
    FileType = 0x2,
    NeedsRecovery = 0x4,
    JournalDevice = 0x8,
    MetaBg = 0x10,
    Extents = 0x40,
    SixtyFourBit = 0x80,
    Mmp = 0x100,
    FlexBg = 0x200,
    EaInode = 0x400,
    DirData = 0x1000,
    ChecksumSeed = 0x2000,
    LargeDir = 0x4000,
    InlineData = 0x8000,
    Encrypt = 0x10000,
    CaseFold = 0x20000,
}

/// <summary>s_feature_ro_compat: an implementation that does not know a bit may read but must not write.</summary>
[Flags]
internal enum ReadOnlyCompatFeatures : uint
{
    None = 0,
    SparseSuper = 0x1,
    LargeFile = 0x2,
    BtreeDir = 0x4,
    HugeFile = 0x8,
    GroupChecksum = 0x10,
    DirNlink = 0x20,
    ExtraIsize = 0x40,
    HasSnapshot = 0x80,
    Quota = 0x100,
    BigAlloc = 0x200,
    MetadataChecksum = 0x400,
    Replica = 0x800,
    ReadOnly = 0x1000,
    Project = 0x2000,
    SharedBlocks = 0x4000,
    Verity = 0x8000,
    OrphanPresent = 0x10000,
}

/// <summary>The names under which dumpe2fs and mke2fs know the feature bits.</summary>
internal static class FeatureNames
{
    private static readonly Dictionary<CompatFeatures, string> Compat = new()
    {
        [CompatFeatures.DirPrealloc] = "dir_prealloc",
        [CompatFeatures.ImagicInodes] = "imagic_inodes",
        [CompatFeatures.HasJournal] = "has_journal",
        [CompatFeatures.ExtAttr] = "ext_attr",
        [CompatFeatures.ResizeInode] = "resize_inode",
        [CompatFeatures.DirIndex] = "dir_index",
        [CompatFeatures.LazyBg] = "lazy_bg",
        [CompatFeatures.ExcludeBitmap] = "snapshot_bitmap",
        [CompatFeatures.SparseSuper2] = "sparse_super2",
        [CompatFeatures.FastCommit] = "fast_commit",
        [CompatFeatures.StableInodes] = "stable_inodes",
        [CompatFeatures.OrphanFile] = "orphan_file",
    };

    private static readonly Dictionary<IncompatFeatures, string> Incompat = new()
    {
        [IncompatFeatures.Compression] = "compression",
        [IncompatFeatures.FileType] = "filetype",
        [IncompatFeatures.NeedsRecovery] = "needs_recovery",
        [IncompatFeatures.JournalDevice] = "journal_dev",
        [IncompatFeatures.MetaBg] = "meta_bg",
        [IncompatFeatures.Extents] = "extent",
        [IncompatFeatures.SixtyFourBit] = "64bit",
        [IncompatFeatures.Mmp] = "mmp",
        [IncompatFeatures.FlexBg] = "flex_bg",
        [IncompatFeatures.EaInode] = "ea_inode",
        [IncompatFeatures.DirData] = "dirdata",
        [IncompatFeatures.ChecksumSeed] = "metadata_csum_seed",
        [IncompatFeatures.LargeDir] = "large_dir",
        [IncompatFeatures.InlineData] = "inline_data",
        [IncompatFeatures.Encrypt] = "encrypt",
        [IncompatFeatures.CaseFold] = "casefold",
    };

    private static readonly Dictionary<ReadOnlyCompatFeatures, string> ReadOnlyCompat = new()
    {
        [ReadOnlyCompatFeatures.SparseSuper] = "sparse_super",
        [ReadOnlyCompatFeatures.LargeFile] = "large_file",
        [ReadOnlyCompatFeatures.HugeFile] = "huge_file",
        [ReadOnlyCompatFeatures.GroupChecksum] = "uninit_bg",
        [ReadOnlyCompatFeatures.DirNlink] = "dir_nlink",
        [ReadOnlyCompatFeatures.ExtraIsize] = "extra_isize",
        [ReadOnlyCompatFeatures.HasSnapshot] = "snapshot",
        [ReadOnlyCompatFeatures.Quota] = "quota",
        [ReadOnlyCompatFeatures.BigAlloc] = "bigalloc",
        [ReadOnlyCompatFeatures.MetadataChecksum] = "metadata_csum",
        [ReadOnlyCompatFeatures.Replica] = "replica",
        [ReadOnlyCompatFeatures.ReadOnly] = "read-only",
        [ReadOnlyCompatFeatures.Project] = "project",
        [ReadOnlyCompatFeatures.SharedBlocks] = "shared_blocks",
        [ReadOnlyCompatFeatures.Verity] = "verity",
        [ReadOnlyCompatFeatures.OrphanPresent] = "orphan_present",
    };

    /// <summary>All set bits in dumpe2fs's order: compat, incompat, ro_compat, each from the lowest bit up.</summary>
    public static IReadOnlyList<string> Of(CompatFeatures compat, IncompatFeatures incompat, ReadOnlyCompatFeatures readOnlyCompat) =>
        [.. Of(compat), .. Of(incompat), .. Of(readOnlyCompat)];

    public static IEnumerable<string> Of(CompatFeatures features) =>
        Bits((uint)features).Select(bit => Compat.GetValueOrDefault((CompatFeatures)bit) ?? Unknown('C', bit));

    public static IEnumerable<string> Of(IncompatFeatures features) =>
        Bits((uint)features).Select(bit => Incompat.GetValueOrDefault((IncompatFeatures)bit) ?? Unknown('I', bit));

    public static IEnumerable<string> Of(ReadOnlyCompatFeatures features) =>
        Bits((uint)features).Select(bit => ReadOnlyCompat.GetValueOrDefault((ReadOnlyCompatFeatures)bit) ?? Unknown('R', bit));

    private static IEnumerable<uint> Bits(uint value)
    {
        for (int index = 0; index < 32; index++)
        {
            uint bit = 1u << index;
            if ((value & bit) != 0)
            {
                yield return bit;
            }
        }
    }

    private static string Unknown(char set, uint bit) => $"FEATURE_{set}{uint.Log2(bit)}";
}
