using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Qcow2;

/// <summary>
/// Images in the shapes qemu-img offers, written to by qemu-io as guests would, copied to a raw file by us and by qemu-img: both copies are the same.
/// </summary>
public sealed class Qcow2MatrixTests
{
    private const long DiskLength = (6 << 20) + 512;

    /// <summary>Pieces that begin and end inside clusters and subclusters; zeros over data, data over zeros, discards.</summary>
    private static readonly string[] Writes =
    [
        "write -P 1 0 100k", "write -P 2 130k 3k", "write -P 3 512k 1M", "write -z 600k 200k", "write -P 4 640k 512", "discard 1M 128k", "write -P 5 2050k 1k",
        "write -z 3M 512k", "write -P 6 4090k 70k", $"write -P 7 {DiskLength - 512} 512",
    ];

    public static TheoryData<string> Shapes =>
    [
        .. Combinations(["compat=0.10"], ClusterSizes, ["preallocation=off", "preallocation=metadata"]),
        .. Combinations(["compat=1.1"], ClusterSizes, ["lazy_refcounts=on", "refcount_bits=1", "refcount_bits=64", "compression_type=zstd"]),
        .. Combinations(["compat=1.1"], ["cluster_size=512", "cluster_size=64k"], Preallocations, ["refcount_bits=2", "refcount_bits=32"]),
        .. Combinations(["extended_l2=on"], ["cluster_size=16k", "cluster_size=2M"], Preallocations, ["refcount_bits=16", "compression_type=zstd"]),
    ];

    private static string[] ClusterSizes => ["cluster_size=512", "cluster_size=4k", "cluster_size=64k", "cluster_size=2M"];

    private static string[] Preallocations => ["preallocation=off", "preallocation=metadata", "preallocation=falloc", "preallocation=full"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Read_AnyShape_IsWhatQemuReads(string options)
    {
        using ScratchFolder scratch = new();
        string path = scratch.File("disk.qcow2");
        QemuImg.Create(path, DiskLength, options);
        QemuImg.Io(path, [.. CompressedWrites(options), .. Writes]);

        ShouldReadAsQemuDoes(scratch, path, []);
    }

    [Theory]
    [InlineData("compat=0.10,cluster_size=4k")]
    [InlineData("compat=1.1,refcount_bits=64")]
    [InlineData("compat=1.1,refcount_bits=8,cluster_size=512")]
    [InlineData("extended_l2=on,cluster_size=16k")]
    [InlineData("extended_l2=on")]
    public void Read_InternalSnapshots_IsTheActiveState(string options)
    {
        using ScratchFolder scratch = new();
        string path = scratch.File("disk.qcow2");
        QemuImg.Create(path, DiskLength, options);
        QemuImg.Io(path, Writes);
        OutsideTool.Run("qemu-img", "snapshot", "-c", "first", path).EnsureSuccess("qemu-img snapshot");
        QemuImg.Io(path, "write -P 9 96k 300k", "write -z 2M 20k");
        OutsideTool.Run("qemu-img", "snapshot", "-c", "second", path).EnsureSuccess("qemu-img snapshot");
        QemuImg.Io(path, "write -P 10 1M 40k");

        ShouldReadAsQemuDoes(scratch, path, ["2 internal snapshots are ignored: the active state of the disk is read"]);
    }

    [Fact]
    public void Read_PersistentBitmaps_AreIgnoredAndTold()
    {
        using ScratchFolder scratch = new();
        string path = scratch.File("disk.qcow2");
        QemuImg.Create(path, DiskLength, "compat=1.1");
        QemuImg.Io(path, Writes);
        OutsideTool.Run("qemu-img", "bitmap", "--add", "-f", "qcow2", path, "backup").EnsureSuccess("qemu-img bitmap");

        ShouldReadAsQemuDoes(scratch, path, ["1 persistent bitmap is ignored"]);
    }

    [Theory]
    [InlineData("compat=1.1", "compat=1.1")]
    [InlineData("extended_l2=on", "compat=0.10")]
    [InlineData("compat=0.10,cluster_size=512", "extended_l2=on,cluster_size=16k")]
    [InlineData("extended_l2=on,cluster_size=2M", "cluster_size=4k")]
    public void OpenChain_OfThree_ReadsAsQemuDoes(string top, string middle)
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse((int)DiskLength - (1 << 20), seed: 12);
        DiskContent.WriteRaw(scratch.File("base.raw"), content);
        Overlay(scratch, "middle.qcow2", "base.raw", "raw", middle);
        QemuImg.Io(scratch.File("middle.qcow2"), Writes);
        Overlay(scratch, "top.qcow2", "middle.qcow2", "qcow2", top);
        QemuImg.Io(scratch.File("top.qcow2"), "write -P 21 90k 50k", "write -P 22 600k 3k", "write -z 700k 512", "write -P 23 2M 512");
        QemuImg.ToRaw(scratch.File("top.qcow2"), scratch.File("theirs.raw"));

        using (DiskImage image = DiskImage.OpenChain([scratch.File("top.qcow2"), scratch.File("middle.qcow2"), scratch.File("base.raw")]))
        {
            image.Notes.ShouldBeEmpty();
            image.ShouldRead(File.ReadAllBytes(scratch.File("theirs.raw")));
        }

        // Renamed files: what is listed counts, and the difference is told.
        File.Move(scratch.File("middle.qcow2"), scratch.File("moved.qcow2"));
        using DiskImage renamed = DiskImage.OpenChain([scratch.File("top.qcow2"), scratch.File("moved.qcow2"), scratch.File("base.raw")]);
        renamed.Notes.ShouldHaveSingleItem().ShouldContain("calls its backing file 'middle.qcow2'");
        renamed.ShouldRead(File.ReadAllBytes(scratch.File("theirs.raw")));
    }

    private static void Overlay(ScratchFolder scratch, string name, string backing, string format, string options) =>
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, "-b", backing, "-F", format, scratch.File(name), $"{DiskLength}").EnsureSuccess("qemu-img create");

    private static void ShouldReadAsQemuDoes(ScratchFolder scratch, string path, string[] notes)
    {
        QemuImg.ToRaw(path, scratch.File("theirs.raw"));
        using (DiskImage image = DiskImage.Open(path))
        {
            image.Notes.ShouldBe(notes);
            image.ShouldRead(File.ReadAllBytes(scratch.File("theirs.raw")));
            ImageWriter.Write(image, scratch.File("ours.raw"), new OutputOptions { Format = DiskFormat.Raw, Flush = false, ComputeDigest = false });
        }

        QemuImg.ShouldBeIdentical("qcow2", path, "raw", scratch.File("ours.raw"));
    }

    /// <summary>QEMU compresses whole clusters that are not allocated yet; what is written later expands some of them again.</summary>
    private static string[] CompressedWrites(string options)
    {
        if (options.Contains("preallocation", StringComparison.Ordinal) && !options.Contains("preallocation=off", StringComparison.Ordinal))
        {
            return [];
        }

        string size = options.Split(',').FirstOrDefault(o => o.StartsWith("cluster_size=", StringComparison.Ordinal))?["cluster_size=".Length..] ?? "64k";
        return size == "2M" ? ["write -c -P 8 4M 2M"] : [$"write -c -P 8 4M {size}", $"write -c -P 9 5M {size}"];
    }

    private static IEnumerable<string> Combinations(params string[][] axes) =>
        axes.Aggregate((IEnumerable<string>)[""], (left, axis) => left.SelectMany(_ => axis, (l, a) => l.Length == 0 ? a : $"{l},{a}"));
}
