using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Qcow2;
using ImagePrep.Storage.Disks.Raw;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Qcow2;

/// <summary>Images made by qemu-img in every shape it offers, read back byte by byte.</summary>
public sealed class Qcow2ReaderTests
{
    private const int DiskLength = 12 << 20;

    [Theory]
    [InlineData("compat=1.1")]
    [InlineData("compat=0.10")]
    [InlineData("cluster_size=512")]
    [InlineData("cluster_size=512,compat=0.10")]
    [InlineData("cluster_size=1024")]
    [InlineData("cluster_size=4096")]
    [InlineData("cluster_size=262144")]
    [InlineData("cluster_size=2097152")]
    [InlineData("refcount_bits=1")]
    [InlineData("refcount_bits=2")]
    [InlineData("refcount_bits=4")]
    [InlineData("refcount_bits=8")]
    [InlineData("refcount_bits=32")]
    [InlineData("refcount_bits=64")]
    [InlineData("lazy_refcounts=on")]
    [InlineData("preallocation=metadata")]
    public void ReadAt_ImageByQemuImg_GivesTheDisk(string options)
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(DiskLength, seed: options.Length);
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), content);
        QemuImg.Convert(raw, scratch.File("disk.qcow2"), "-o", options);

        using DiskImage image = DiskImage.Open(scratch.File("disk.qcow2"));

        image.Format.ShouldBe(DiskFormat.Qcow2);
        image.ShouldRead(content);
    }

    [Theory]
    [InlineData("cluster_size=512")]
    [InlineData("cluster_size=4096")]
    [InlineData("cluster_size=65536,compat=0.10")]
    [InlineData("cluster_size=65536")]
    [InlineData("cluster_size=2097152")]
    [InlineData("compression_type=zstd")]
    [InlineData("compression_type=zstd,cluster_size=4096")]
    public void ReadAt_CompressedImageByQemuImg_GivesTheDisk(string options)
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(DiskLength, seed: options.Length);
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), content);
        QemuImg.Convert(raw, scratch.File("disk.qcow2"), "-c", "-o", options);

        using DiskImage image = DiskImage.Open(scratch.File("disk.qcow2"));

        image.ShouldRead(content);
    }

    [Fact]
    public void ReadAt_LengthIsNoMultipleOfTheCluster_GivesTheTail()
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse((1 << 20) + 512, seed: 3);
        content[^1] = 9;
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), content);
        QemuImg.Convert(raw, scratch.File("disk.qcow2"), "-c");

        using DiskImage image = DiskImage.Open(scratch.File("disk.qcow2"));

        image.ShouldRead(content);
    }

    [Fact]
    public void ReadAt_InternalSnapshots_GivesTheActiveState()
    {
        using ScratchFolder scratch = new();
        string path = scratch.File("disk.qcow2");
        QemuImg.Create(path, 8 << 20, "cluster_size=4096");
        QemuImg.Io(path, "write -P 1 0 1M");
        OutsideTool.Run("qemu-img", "snapshot", "-c", "first", path).EnsureSuccess("qemu-img snapshot");
        QemuImg.Io(path, "write -P 2 512k 1M", "write -z 64k 64k", "discard 128k 64k");
        byte[] expected = new byte[8 << 20];
        expected.AsSpan(0, 1 << 20).Fill(1);
        expected.AsSpan(512 << 10, 1 << 20).Fill(2);
        expected.AsSpan(64 << 10, 128 << 10).Clear();

        using DiskImage image = DiskImage.Open(path);

        image.ShouldRead(expected);
    }

    [Fact]
    public void NextData_ZeroClusters_AreSkipped()
    {
        using ScratchFolder scratch = new();
        string path = scratch.File("disk.qcow2");
        QemuImg.Create(path, 64 << 20, "cluster_size=65536");
        QemuImg.Io(path, "write -P 1 0 4M", "write -z 1M 1M", "write -P 3 40M 64k");

        using DiskImage image = DiskImage.Open(path);

        image.DataRanges(new ByteRange(0, image.Length)).ShouldBe([
            new ByteRange(0, 1 << 20), new ByteRange(2 << 20, 2 << 20), new ByteRange(40 << 20, 1 << 16)]);
    }

    [Fact]
    public void ReadAt_EmptyDisk_IsAllZero()
    {
        using ScratchFolder scratch = new();
        QemuImg.Create(scratch.File("zero.qcow2"), 0, "compat=1.1");
        QemuImg.Create(scratch.File("large.qcow2"), 64L << 40, "compat=1.1,cluster_size=2M");

        using DiskImage zero = DiskImage.Open(scratch.File("zero.qcow2"));
        using DiskImage large = DiskImage.Open(scratch.File("large.qcow2"));

        zero.Length.ShouldBe(0);
        zero.NextData(0).IsEmpty.ShouldBeTrue();
        large.Length.ShouldBe(64L << 40);
        large.NextData(0).ShouldBe(new ByteRange(64L << 40, 0));
        large.ReadBytes((64L << 40) - 4096, 4096).ShouldAllBe(b => b == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-c")]
    public void ReadAt_FromManyThreads_GivesTheDisk(string compress)
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(DiskLength, seed: 11);
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), content);
        QemuImg.Convert(raw, scratch.File("disk.qcow2"), [.. new[] { compress }.Where(c => c.Length > 0)]);
        using DiskImage image = DiskImage.Open(scratch.File("disk.qcow2"));

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, worker =>
        {
            Random random = new(worker);
            for (int i = 0; i < 100; i++)
            {
                int start = random.Next(0, content.Length - 300_000);
                int count = random.Next(1, 300_000);
                image.ReadBytes(start, count).AsSpan().SequenceEqual(content.AsSpan(start, count)).ShouldBeTrue();
            }
        });
    }

    [Fact]
    public void OpenOverlay_OverAListedBackingDisk_GivesBoth()
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(DiskLength, seed: 5);
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), content);
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "disk.raw", "-F", "raw", scratch.File("over.qcow2"), $"{DiskLength + (1 << 20)}")
            .EnsureSuccess("qemu-img create");
        QemuImg.Io(scratch.File("over.qcow2"), "write -P 7 1M 200k", "write -z 3M 1M", "write -P 8 12M 4k");
        byte[] expected = new byte[DiskLength + (1 << 20)];
        content.CopyTo(expected, 0);
        expected.AsSpan(1 << 20, 200 << 10).Fill(7);
        expected.AsSpan(3 << 20, 1 << 20).Clear();
        expected.AsSpan(12 << 20, 4096).Fill(8);

        using DiskImage backing = DiskImage.Open(raw, DiskFormat.Raw);
        using DiskImage overlay = DiskImage.OpenOverlay(scratch.File("over.qcow2"), backing);

        overlay.ShouldRead(expected);
    }

    [Fact]
    public void ReadAt_MoreTablesThanTheCacheHolds_GivesTheDisk()
    {
        // 512-byte clusters: one table describes 32 KiB. The slots are shared by many tables when the cache is small.
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(DiskLength, seed: 21);
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), content);
        QemuImg.Convert(raw, scratch.File("disk.qcow2"), "-o", "cluster_size=512");
        using HostFile file = HostFile.Open(scratch.File("disk.qcow2"));
        Qcow2Header header = Qcow2Head.Read(file).Header;
        Qcow2Tables full = new(file, header);
        Qcow2Tables small = new(file, header, maxCachedBytes: 5 * 512);

        for (long cluster = 0; cluster < header.ClusterCount; cluster++)
        {
            small[cluster].ShouldBe(full[cluster]);
        }
    }
}
