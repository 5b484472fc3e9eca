using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>One way to make an ext file system: what builders of real images pass to mke2fs, and the corners of the format.</summary>
internal sealed record Flavour(string Name, string Size, params string[] Options)
{
    /// <summary>Every difference that changes how something is stored: what each run of the tests goes through.</summary>
    public static IReadOnlyList<Flavour> Usual { get; } =
    [
        new("ext4-4k", "200M", "-t", "ext4", "-b", "4096"),
        new("ext4-1k", "24M", "-t", "ext4", "-b", "1024"),
        new("ext4-2k", "48M", "-t", "ext4", "-b", "2048"),
        new("ext4-64k", "256M", "-t", "ext4", "-b", "65536"),
        new("ext4-debian13", "300M", "-t", "ext4", "-b", "4096", "-O", "metadata_csum_seed,orphan_file"),
        new("ext4-ubuntu", "600M", "-t", "ext4", "-b", "4096", "-i", "8192", "-m", "0", "-E", "resize=536870912"),
        new("ext4-alpine", "64M", "-t", "ext4", "-O", "^64bit"),
        new("ext4-128", "64M", "-t", "ext4", "-I", "128"),
        new("ext4-uninit_bg", "64M", "-t", "ext4", "-O", "^metadata_csum,uninit_bg"),
        new("ext4-uninit_bg-32", "64M", "-t", "ext4", "-O", "^metadata_csum,uninit_bg,^64bit"),
        new("ext4-nocsum", "64M", "-t", "ext4", "-O", "^metadata_csum"),
        new("ext4-noextent", "64M", "-t", "ext4", "-b", "1024", "-O", "^extent,^64bit"),
        new("ext4-nojournal", "64M", "-t", "ext4", "-O", "^has_journal"),
        new("ext4-noflex", "64M", "-t", "ext4", "-b", "1024", "-O", "^flex_bg"),
        new("ext4-noindex", "64M", "-t", "ext4", "-O", "^dir_index"),
        new("ext4-super2", "64M", "-t", "ext4", "-O", "sparse_super2,^resize_inode"),
        new("ext4-lazy", "200M", "-t", "ext4", "-E", "lazy_itable_init=1,lazy_journal_init=1"),
        new("ext4-large", "64M", "-t", "ext4", "-O", "large_dir,verity,stable_inodes,fast_commit"),
        new("ext4-i512", "64M", "-t", "ext4", "-I", "512"),
        new("ext4-inline", "24M", "-t", "ext4", "-b", "1024", "-O", "inline_data"),
        new("ext4-inline-i1024", "64M", "-t", "ext4", "-b", "4096", "-I", "1024", "-O", "inline_data"),
        new("ext4-ea-inode", "24M", "-t", "ext4", "-b", "1024", "-O", "ea_inode,inline_data"),
        new("ext4-metabg", "40M", "-t", "ext4", "-b", "1024", "-g", "1024", "-O", "meta_bg,^resize_inode"),
        new("ext4-metabg-32", "48M", "-t", "ext4", "-b", "1024", "-g", "512", "-O", "meta_bg,^resize_inode,^64bit,^flex_bg,^has_journal"),
        new("ext3", "64M", "-t", "ext3"),
        new("ext3-4k-256", "64M", "-t", "ext3", "-b", "4096", "-I", "256"),
        new("ext2", "64M", "-t", "ext2"),
        new("ext2-128", "24M", "-t", "ext2", "-b", "1024", "-I", "128", "-O", "^filetype,^dir_index,^resize_inode"),
    ];

    public static IReadOnlyList<Flavour> All { get; } = [.. Usual, .. RareFlavours.All];

    public static TheoryData<string> Names => [.. Usual.Select(flavour => flavour.Name)];

    public static TheoryData<string> AllNames => [.. All.Select(flavour => flavour.Name)];

    /// <summary>What other tools do to the image once it is made; IMAGE stands for its path.</summary>
    public IReadOnlyList<string[]> Then { get; init; } = [];

    public static Flavour Of(string name) => All.Single(flavour => flavour.Name == name);

    /// <summary>Makes the image with fixed identifiers and times; the content of a folder goes into its root when given.</summary>
    public string Make(ScratchFolder scratch, string? folder = null)
    {
        string path = scratch.File($"{Name}.img");
        string[] source = folder is null ? [] : ["-d", folder];
        string[] fixedValues = ["-U", "6f1e6a10-3b3b-4c1e-9b59-0d6f3a5a7c11", "-E", "hash_seed=2b1d6a10-3b3b-4c1e-9b59-0d6f3a5a7c11"];
        OutsideTool.Run("mke2fs", ["-q", "-F", .. fixedValues, .. Options, .. source, path, Size]).EnsureSuccess($"mke2fs {Name}");
        foreach (string[] command in Then)
        {
            OutsideTool.Run(command[0], [.. command[1..].Select(part => part.Replace("IMAGE", path, StringComparison.Ordinal))]).EnsureSuccess(string.Join(' ', command));
        }

        return path;
    }
}
