namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Shapes that fewer images have: every other way of mke2fs to lay a file system out, and what tune2fs, debugfs and resize2fs make of one.</summary>
internal static class RareFlavours
{
    /// <summary>s_flags that say how names are hashed: 1 as signed characters, 2 as unsigned ones.</summary>
    private static readonly string[] HashUnsigned = ["debugfs", "-w", "-R", "set_super_value flags 2", "IMAGE"];

    public static IReadOnlyList<Flavour> All { get; } =
    [
        // Block and inode sizes.
        new("ext4-8k", "96M", "-t", "ext4", "-b", "8192"),
        new("ext4-16k", "128M", "-t", "ext4", "-b", "16384"),
        new("ext4-32k", "192M", "-t", "ext4", "-b", "32768"),
        new("ext4-i1024", "32M", "-t", "ext4", "-b", "1024", "-I", "1024"),
        new("ext4-i128-noextra", "48M", "-t", "ext4", "-O", "^extra_isize,^metadata_csum", "-I", "128"),
        new("ext2-64k", "96M", "-t", "ext2", "-b", "65536"),
        new("ext2-2k-i512", "32M", "-t", "ext2", "-b", "2048", "-I", "512"),

        // Where metadata lies.
        new("ext4-flex64", "160M", "-t", "ext4", "-b", "1024", "-G", "64"),
        new("ext4-flex2", "96M", "-t", "ext4", "-b", "1024", "-G", "2"),
        new("ext4-packed", "96M", "-t", "ext4", "-b", "1024", "-E", "packed_meta_blocks=1"),
        new("ext4-stride", "64M", "-t", "ext4", "-E", "stride=16,stripe_width=64"),
        new("ext4-noresize", "64M", "-t", "ext4", "-O", "^resize_inode"),
        new("ext4-small-groups", "16M", "-t", "ext4", "-b", "1024", "-g", "1024"),
        new("ext4-nosparse", "48M", "-t", "ext4", "-b", "1024", "-O", "^sparse_super,^resize_inode"),
        new("ext4-one-backup", "96M", "-t", "ext4", "-b", "1024", "-O", "sparse_super2,^resize_inode", "-E", "num_backup_sb=1"),
        new("ext4-short-last-group", "24001", "-t", "ext4", "-b", "1024"),
        new("ext4-descriptors-of-128", "48M", "-t", "ext4", "-b", "1024", "-E", "desc_size=128"),
        new("ext4-lazy-uninit_bg", "96M", "-t", "ext4", "-b", "1024", "-O", "^metadata_csum,uninit_bg", "-E", "lazy_itable_init=1"),

        // Features, each on or off by itself.
        new("ext4-csum_seed", "32M", "-t", "ext4", "-b", "2048", "-O", "metadata_csum_seed"),
        new("ext4-orphan_file", "32M", "-t", "ext4", "-b", "1024", "-O", "orphan_file"),
        new("ext4-large_dir", "48M", "-t", "ext4", "-b", "1024", "-O", "large_dir"),
        new("ext4-fast_commit", "48M", "-t", "ext4", "-O", "fast_commit"),
        new("ext4-nohuge_file", "64M", "-t", "ext4", "-O", "^huge_file"),
        new("ext4-nolarge_file", "48M", "-t", "ext4", "-O", "^large_file,^huge_file"),
        new("ext4-nodir_nlink", "64M", "-t", "ext4", "-O", "^dir_nlink"),
        new("ext4-nofiletype", "48M", "-t", "ext4", "-O", "^filetype"),
        new("ext4-noext_attr", "48M", "-t", "ext4", "-O", "^ext_attr"),
        new("ext3-1k", "32M", "-t", "ext3", "-b", "1024"),
        new("ext3-noindex", "48M", "-t", "ext3", "-b", "1024", "-O", "^dir_index"),
        new("ext2-index", "24M", "-t", "ext2", "-b", "1024", "-O", "dir_index"),
        new("ext2-revision-0", "16M", "-t", "ext2", "-r", "0", "-b", "1024"),
        new("ext2-revision-0-4k", "32M", "-t", "ext2", "-r", "0", "-b", "4096"),

        // Little room.
        new("ext4-tiny", "1M", "-t", "ext4", "-b", "1024"),
        new("ext4-full", "6M", "-t", "ext4", "-b", "1024", "-m", "0"),
        new("ext3-full", "5M", "-t", "ext3", "-b", "1024"),
        new("ext4-many-inodes", "32M", "-t", "ext4", "-b", "1024", "-N", "16000"),
        new("ext4-few-inodes", "64M", "-t", "ext4", "-b", "1024", "-N", "128"),

        // Hashes of names.
        new("ext4-legacy", "48M", "-t", "ext4", "-b", "1024") { Then = [HashOf("legacy")] },
        new("ext4-tea", "48M", "-t", "ext4", "-b", "1024") { Then = [HashOf("tea")] },
        new("ext4-half_md4-unsigned", "48M", "-t", "ext4", "-b", "1024") { Then = [HashOf("half_md4"), HashUnsigned] },
        new("ext3-legacy-unsigned", "48M", "-t", "ext3", "-b", "1024") { Then = [HashOf("legacy"), HashUnsigned] },
        new("ext4-tea-unsigned", "48M", "-t", "ext4", "-b", "1024", "-O", "^metadata_csum") { Then = [HashOf("tea"), HashUnsigned] },

        // Made long ago and changed since.
        new("tuned-without-journal", "48M", "-t", "ext4") { Then = [["tune2fs", "-f", "-O", "^has_journal", "IMAGE"]] },
        new("tuned-without-checksums", "48M", "-t", "ext4", "-b", "1024") { Then = [["tune2fs", "-O", "^metadata_csum", "IMAGE"]] },
        new("tuned-to-larger-inodes", "48M", "-t", "ext4", "-O", "^flex_bg") { Then = [["tune2fs", "-I", "512", "IMAGE"]] },
        new("tuned-from-ext2", "48M", "-t", "ext2", "-b", "1024") { Then = [["tune2fs", "-O", "dir_index,has_journal,extent,uninit_bg", "IMAGE"]] },
        new("enlarged", "24M", "-t", "ext4", "-b", "1024") { Then = [["resize2fs", "IMAGE", "100M"]] },
    ];

    private static string[] HashOf(string name) => ["tune2fs", "-E", $"hash_alg={name}", "IMAGE"];
}
