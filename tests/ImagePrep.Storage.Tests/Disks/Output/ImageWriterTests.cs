using System.Security.Cryptography;
using System.Text.Json;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Output;

/// <summary>What we write, judged by QEMU's own tools.</summary>
public sealed class ImageWriterTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(4096)]
    [InlineData(65536)]
    [InlineData(262144)]
    [InlineData(2097152)]
    public void Write_AnyClusterSize_IsCleanAndIdentical(int clusterSize)
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(13 << 20, seed: clusterSize);
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), content);
        string path = scratch.File("out.qcow2");

        WrittenImage written = ImageWriter.Write(new MemoryDevice(content), path, new OutputOptions { ClusterSize = clusterSize });

        QemuImg.ShouldBeClean(path);
        QemuImg.ShouldBeIdentical("raw", raw, "qcow2", path);
        JsonElement info = QemuImg.Info(path);
        info.GetProperty("virtual-size").GetInt64().ShouldBe(13 << 20);
        info.GetProperty("cluster-size").GetInt32().ShouldBe(clusterSize);
        JsonElement details = info.GetProperty("format-specific").GetProperty("data");
        details.GetProperty("compat").GetString().ShouldBe("1.1");
        details.GetProperty("refcount-bits").GetInt32().ShouldBe(16);
        details.GetProperty("corrupt").GetBoolean().ShouldBeFalse();
        written.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
        written.FileLength.ShouldBe(new FileInfo(path).Length);
        written.AllocatedClusters.ShouldBe(content.Chunk(clusterSize).Count(c => c.AsSpan().ContainsAnyExcept((byte)0)));
        using DiskImage image = DiskImage.Open(path);
        image.ShouldRead(content);
    }

    [Fact]
    public void Write_Raw_IsIdenticalSparseAndHashed()
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse((13 << 20) + 77, seed: 8);
        string path = scratch.File("out.raw");

        WrittenImage written = ImageWriter.Write(new MemoryDevice(content), path, new OutputOptions { Format = DiskFormat.Raw });

        File.ReadAllBytes(path).AsSpan().SequenceEqual(content).ShouldBeTrue();
        written.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(content)));
        written.VirtualSize.ShouldBe(content.Length);
        int pages = content.Chunk(4096).Count(c => c.AsSpan().ContainsAnyExcept((byte)0));
        HostDisk.AllocatedBytes(path).ShouldBeLessThanOrEqualTo((pages + 64) * 4096L);
    }

    [Fact]
    public void Write_Twice_GivesTheSameBytesWhateverTheSourceAndTheThreads()
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(13 << 20, seed: 77);
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), content);
        QemuImg.Convert(raw, scratch.File("plain.qcow2"));
        QemuImg.Convert(raw, scratch.File("small.qcow2"), "-c", "-o", "cluster_size=4096");
        List<string?> digests = [];
        foreach ((string source, DiskFormat format) in new[] { ("disk.raw", DiskFormat.Raw), ("plain.qcow2", DiskFormat.Qcow2), ("small.qcow2", DiskFormat.Qcow2) })
        {
            for (int workers = 1; workers <= 5; workers += 2)
            {
                using DiskImage image = DiskImage.Open(scratch.File(source), format);
                digests.Add(ImageWriter.Write(image, scratch.File($"{source}.{workers}.out"), new OutputOptions { Workers = workers }).Sha256);
            }
        }

        digests.Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(65536 + 512)]
    [InlineData((1 << 20) + 12345)]
    public void Write_OddLengths_IsCleanAndPaddedWithZeros(int length)
    {
        using ScratchFolder scratch = new();
        byte[] content = new byte[length];
        content.AsSpan().Fill(0xA5);
        string path = scratch.File("out.qcow2");

        WrittenImage written = ImageWriter.Write(new MemoryDevice(content), path);

        QemuImg.ShouldBeClean(path);
        byte[] padded = new byte[(length + 511) / 512 * 512];
        content.CopyTo(padded, 0);
        written.VirtualSize.ShouldBe(padded.Length);
        using DiskImage image = DiskImage.Open(path);
        image.ShouldRead(padded);
    }

    [Fact]
    public void Write_LargeSparseDisk_TakesLittleRoomAndIsClean()
    {
        using ScratchFolder scratch = new();
        byte[] block = [.. Enumerable.Repeat((byte)0x42, 100_000)];
        const long Length = 3L << 40;
        ComposedReader content = new(Length, [(0, new MemoryDevice(block)), (1L << 40, new MemoryDevice(block)), (Length - block.Length, new MemoryDevice(block))]);
        string path = scratch.File("out.qcow2");

        WrittenImage written = ImageWriter.Write(content, path);

        QemuImg.ShouldBeClean(path);
        written.FileLength.ShouldBeLessThan(2 << 20);
        using DiskImage image = DiskImage.Open(path);
        image.Length.ShouldBe(Length);
        image.ReadBytes(1L << 40, block.Length).ShouldBe(block);
        image.ReadBytes(Length - block.Length, block.Length).ShouldBe(block);
    }

    [Fact]
    public void Write_EnoughClustersForManyRefcountBlocks_IsClean()
    {
        // 512-byte clusters: one refcount block counts 256 of them, one table cluster 64 blocks.
        using ScratchFolder scratch = new();
        byte[] content = new byte[24 << 20];
        new Random(1).NextBytes(content);
        string path = scratch.File("out.qcow2");

        ImageWriter.Write(new MemoryDevice(content), path, new OutputOptions { ClusterSize = 512 });

        QemuImg.ShouldBeClean(path);
        using DiskImage image = DiskImage.Open(path);
        image.ReadBytes(0, content.Length).AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Theory]
    [InlineData(DiskFormat.Qcow2)]
    [InlineData(DiskFormat.Raw)]
    public void Write_ProgressReports_ReachTheTotal(DiskFormat format)
    {
        using ScratchFolder scratch = new();
        Recorder recorder = new();

        ImageWriter.Write(new MemoryDevice(DiskContent.Sparse(5 << 20, 1)), scratch.File("out"), new OutputOptions { Format = format }, recorder);

        recorder.Reports.ShouldNotBeEmpty();
        recorder.Reports.Max(r => r.Done).ShouldBe(recorder.Reports[0].Total);
    }

    private sealed class Recorder : IProgress<CopyProgress>
    {
        public List<CopyProgress> Reports { get; } = [];

        public void Report(CopyProgress value)
        {
            lock (Reports)
            {
                Reports.Add(value);
            }
        }
    }
}
