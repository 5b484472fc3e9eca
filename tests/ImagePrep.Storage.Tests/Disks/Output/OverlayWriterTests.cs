using System.Security.Cryptography;
using System.Text.Json;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Output;

public sealed class OverlayWriterTests
{
    private const long DiskLength = 2L << 30;

    [Theory]
    [InlineData(9, 64L << 20)]
    [InlineData(12, 2L << 30)]
    [InlineData(16, 2L << 30)]
    [InlineData(16, 200L << 30)]
    [InlineData(21, 64L << 40)]
    public void Write_SomeClusters_IsCleanAndReadsThrough(int clusterBits, long length)
    {
        using ScratchFolder scratch = new();
        byte[] block = [.. Enumerable.Repeat((byte)0x17, 300_000)];
        ComposedReader disk = new(length, [(0, new MemoryDevice(block)), (length / 2, new MemoryDevice(block))]);
        ImageWriter.Write(disk, scratch.File("golden.qcow2"), new OutputOptions { ClusterSize = Math.Max(65536, 1 << clusterBits) });
        long clusters = length >> clusterBits;
        OverlayCluster[] changed =
        [
            .. new[] { 0, 1, 3, clusters / 3, clusters / 2, clusters - 1 }.Select(i => new OverlayCluster(i, Pattern(i, 1 << clusterBits))),
        ];

        WrittenImage written = OverlayWriter.Write(scratch.File("node.qcow2"), Overlay(length, changed) with { ClusterBits = clusterBits });

        QemuImg.ShouldBeClean(scratch.File("node.qcow2"));
        JsonElement info = QemuImg.Info(scratch.File("node.qcow2"));
        info.GetProperty("virtual-size").GetInt64().ShouldBe(length);
        info.GetProperty("backing-filename").GetString().ShouldBe("golden.qcow2");
        info.GetProperty("backing-filename-format").GetString().ShouldBe("qcow2");
        written.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(scratch.File("node.qcow2")))));
        written.FileLength.ShouldBe(new FileInfo(scratch.File("node.qcow2")).Length);
        using DiskImage golden = DiskImage.Open(scratch.File("golden.qcow2"));
        using DiskImage node = DiskImage.OpenOverlay(scratch.File("node.qcow2"), golden);
        node.BackingName.ShouldBe("golden.qcow2");
        foreach (OverlayCluster cluster in changed)
        {
            node.ReadBytes(cluster.Index << clusterBits, 1 << clusterBits).ShouldBe(cluster.Bytes.ToArray());
        }

        QemuImg.Read(scratch.File("node.qcow2"), [.. changed.Select(c => $"read -P {PatternByte(c.Index)} {c.Index << clusterBits} {1 << clusterBits}")]);
        QemuImg.Read(scratch.File("node.qcow2"), $"read -P 0x17 {(length / 2) + (1 << clusterBits)} {Math.Max(0, (block.Length - (1 << clusterBits)) / 512 * 512)}");
        node.OwnRanges().Sum(r => r.Length).ShouldBe((long)changed.Length << clusterBits);
    }

    [Fact]
    public void Write_ZeroCluster_HidesTheBackingDiskAndTakesNoRoom()
    {
        using ScratchFolder scratch = new();
        byte[] content = [.. Enumerable.Repeat((byte)0x33, 1 << 20)];
        ImageWriter.Write(new MemoryDevice(content), scratch.File("golden.qcow2"));

        WrittenImage written = OverlayWriter.Write(scratch.File("node.qcow2"), Overlay(1 << 20, [new OverlayCluster(2, new byte[65536])]));

        QemuImg.ShouldBeClean(scratch.File("node.qcow2"));
        written.AllocatedClusters.ShouldBe(0);
        content.AsSpan(2 * 65536, 65536).Clear();
        using DiskImage golden = DiskImage.Open(scratch.File("golden.qcow2"));
        using DiskImage node = DiskImage.OpenOverlay(scratch.File("node.qcow2"), golden);
        node.ShouldRead(content);
        QemuImg.Read(scratch.File("node.qcow2"), "read -P 0 128k 64k", "read -P 0x33 192k 64k");
    }

    [Fact]
    public void Write_NoClusters_IsCleanAndReadsThrough()
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(3 << 20, 6);
        DiskContent.WriteRaw(scratch.File("golden.raw"), content);

        OverlayWriter.Write(scratch.File("node.qcow2"), Overlay(3 << 20, []) with { BackingFileName = "golden.raw", BackingFormat = DiskFormat.Raw });

        QemuImg.ShouldBeClean(scratch.File("node.qcow2"));
        QemuImg.ShouldBeIdentical("qcow2", scratch.File("node.qcow2"), "raw", scratch.File("golden.raw"));
    }

    [Fact]
    public void Write_FourClustersOnTwoGigabytes_AllocatesAtMost300KiB()
    {
        using ScratchFolder scratch = new();
        OverlayCluster[] clusters = [.. new[] { 10L, 9000, 17000, 30000 }.Select(i => new OverlayCluster(i, Pattern(i, 65536)))];

        OverlayWriter.Write(scratch.File("node.qcow2"), Overlay(DiskLength, clusters));

        HostDisk.AllocatedBytes(scratch.File("node.qcow2")).ShouldBeLessThanOrEqualTo(300 << 10);
    }

    [Fact]
    public void Write_BackingNameWithColon_IsNotTakenForAProtocol()
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(1 << 20, 6);
        ImageWriter.Write(new MemoryDevice(content), scratch.File("a:golden.qcow2"));

        OverlayWriter.Write(scratch.File("node.qcow2"), Overlay(1 << 20, []) with { BackingFileName = "a:golden.qcow2" });

        QemuImg.Info(scratch.File("node.qcow2")).GetProperty("backing-filename").GetString().ShouldBe("./a:golden.qcow2");
        QemuImg.Read(scratch.File("node.qcow2"), "read 0 64k");
    }

    [Fact]
    public void Write_Misuse_Throws()
    {
        using ScratchFolder scratch = new();
        byte[] bytes = new byte[65536];
        OverlayContent good = Overlay(1 << 20, [new OverlayCluster(3, bytes)]);
        foreach (OverlayContent bad in new[]
        {
            good with { VirtualSize = 100 },
            good with { VirtualSize = 0 },
            good with { BackingFileName = "" },
            good with { BackingFileName = new string('a', 1024) },
            good with { ClusterBits = 8 },
            good with { Clusters = [new OverlayCluster(16, bytes)] },
            good with { Clusters = [new OverlayCluster(-1, bytes)] },
            good with { Clusters = [new OverlayCluster(3, bytes), new OverlayCluster(3, bytes)] },
            good with { Clusters = [new OverlayCluster(3, bytes), new OverlayCluster(2, bytes)] },
            good with { Clusters = [new OverlayCluster(3, new byte[100])] },
            good with { ClusterBits = 9, VirtualSize = 1L << 40, Clusters = [] },
        })
        {
            Should.Throw<ArgumentException>(() => OverlayWriter.Write(scratch.File("node.qcow2"), bad));
        }

        Directory.GetFileSystemEntries(scratch.Path).ShouldBeEmpty();
        OverlayWriter.Write(scratch.File("node.qcow2"), good).AllocatedClusters.ShouldBe(0);
    }

    [Fact]
    public void Batch_ManyOverlays_AppearTogetherAndAreClean()
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(4 << 20, 6);
        ImageWriter.Write(new MemoryDevice(content), scratch.File("golden.qcow2"));
        OutputOptions options = new() { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using OutputBatch batch = new(scratch.Path, options);

        Parallel.For(0, 50, i => OverlayWriter.Write(batch, $"node{i}.qcow2", Overlay(4 << 20, [new OverlayCluster(i, Pattern(i, 65536))])));
        Directory.GetFiles(scratch.Path, "node*").ShouldBeEmpty();
        batch.Commit();

        Directory.GetFiles(scratch.Path, "node*").Length.ShouldBe(50);
        Directory.GetFileSystemEntries(scratch.Path).Length.ShouldBe(51);
        QemuImg.ShouldBeClean(scratch.File("node7.qcow2"));
        QemuImg.Read(scratch.File("node7.qcow2"), $"read -P {PatternByte(7)} 448k 64k");
    }

    [Fact]
    public void Batch_NotCommitted_LeavesNothing()
    {
        using ScratchFolder scratch = new();
        using (OutputBatch batch = new(scratch.Path))
        {
            OverlayWriter.Write(batch, "a.qcow2", Overlay(1 << 20, []));
            Should.Throw<IOException>(() => OverlayWriter.Write(batch, "a.qcow2", Overlay(1 << 20, [])));
            Should.Throw<ArgumentException>(() => OverlayWriter.Write(batch, "../b.qcow2", Overlay(1 << 20, [])));
            Directory.GetFileSystemEntries(scratch.Path).Length.ShouldBe(1);
        }

        Directory.GetFileSystemEntries(scratch.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Batch_LeftoversOfAKilledRun_AreRemoved()
    {
        using ScratchFolder scratch = new();
        File.WriteAllText(scratch.File($".node1.qcow2.partial-{Environment.ProcessId}"), "left");
        File.WriteAllText(scratch.File(".unrelated"), "kept");

        using OutputBatch batch = new(scratch.Path);

        Directory.GetFileSystemEntries(scratch.Path).ShouldBe([scratch.File(".unrelated")]);
    }

    private static OverlayContent Overlay(long length, IReadOnlyList<OverlayCluster> clusters) =>
        new() { BackingFileName = "golden.qcow2", VirtualSize = length, Clusters = clusters };

    private static byte PatternByte(long index) => (byte)((index % 200) + 1);

    private static byte[] Pattern(long index, int length) => [.. Enumerable.Repeat(PatternByte(index), length)];
}
