using System.Diagnostics;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Qcow2;

/// <summary>Chains that do not fit together, and small files that would unfold into large disks.</summary>
public sealed class HostileChainTests
{
    private const ulong Copied = 1UL << 63;

    [Fact]
    public void OpenChain_BaseNamesAFileThatIsNotListed_IsRefused()
    {
        using ScratchFolder scratch = new();
        Overlay(scratch, "middle", "/etc/passwd", "raw");
        Overlay(scratch, "top", "middle", "qcow2");

        UnsupportedImageException thrown = Should.Throw<UnsupportedImageException>(() => DiskImage.OpenChain([scratch.File("top"), scratch.File("middle")]));

        thrown.Kind.ShouldBe(UnsupportedKind.OtherFile);
        thrown.Message.ShouldContain("/etc/passwd");
    }

    [Fact]
    public void OpenChain_MoreFilesThanNamed_AreRefused()
    {
        using ScratchFolder scratch = new();
        DiskContent.WriteRaw(scratch.File("raw"), new byte[1 << 20]);
        QemuImg.Create(scratch.File("alone"), 1 << 20, "compat=1.1");

        Should.Throw<UnsupportedImageException>(() => DiskImage.OpenChain([scratch.File("alone"), scratch.File("raw")])).Kind.ShouldBe(UnsupportedKind.Ambiguous);
        Should.Throw<UnsupportedImageException>(() => DiskImage.OpenChain([scratch.File("raw"), scratch.File("alone")], DiskFormat.Raw)).Kind.ShouldBe(UnsupportedKind.Ambiguous);
    }

    [Fact]
    public void OpenChain_BackingFileIsNotWhatTheOverlaySays_IsRefused()
    {
        using ScratchFolder scratch = new();
        QemuImg.Create(scratch.File("really-qcow2"), 1 << 20, "compat=1.1");
        DiskContent.WriteRaw(scratch.File("really-raw"), new byte[1 << 20]);
        Overlay(scratch, "says-raw", "really-qcow2", "raw");
        Overlay(scratch, "says-qcow2", "really-qcow2", "qcow2");

        Should.Throw<UnsupportedImageException>(() => DiskImage.OpenChain([scratch.File("says-raw"), scratch.File("really-qcow2")])).Kind.ShouldBe(UnsupportedKind.Ambiguous);
        Should.Throw<UnsupportedImageException>(() => DiskImage.OpenChain([scratch.File("says-qcow2"), scratch.File("really-raw")])).Kind.ShouldBe(UnsupportedKind.Ambiguous);
    }

    [Fact]
    public void Open_TablesThatUnfoldIntoGigabytes_AreRefusedAtOnce()
    {
        // 384 KiB whose L1 entries share one L2 table whose entries share one cluster: QEMU converts it to 8 GiB.
        using ScratchFolder scratch = new();
        const int Cluster = 65536;
        ComposedReader disk = new(8L << 30, [(0, new MemoryDevice([.. Enumerable.Repeat((byte)1, Cluster)]))]);
        ImageWriter.Write(disk, scratch.File("healthy"), new OutputOptions { Flush = false });
        PatchedImage image = new() { Bytes = File.ReadAllBytes(scratch.File("healthy")) };
        image.Bytes.Length.ShouldBe(384 << 10);
        for (int i = 0; i < Cluster / 8; i++)
        {
            image.U64((4 * Cluster) + (8 * i), (5 * Cluster) | Copied);
        }

        RefusedQuickly(image, CorruptKind.Overlap);
        for (int i = 0; i < 16; i++)
        {
            image.U64((3 * Cluster) + (8 * i), (4 * Cluster) | Copied);
        }

        RefusedQuickly(image, CorruptKind.Overlap);
    }

    [Theory]
    [InlineData("cluster_size=64k")]
    [InlineData("cluster_size=2M")]
    [InlineData("extended_l2=on")]
    public void Open_HugeEmptyDisk_TakesLittleMemory(string options)
    {
        using ScratchFolder scratch = new();
        QemuImg.Create(scratch.File("huge"), 62L << 40, options);
        long before = GC.GetAllocatedBytesForCurrentThread();

        using DiskImage image = DiskImage.Open(scratch.File("huge"));

        image.NextData(0).ShouldBe(new ByteRange(62L << 40, 0));
        image.OwnRanges().ShouldBeEmpty();
        image.ReadBytes((62L << 40) - 512, 512).ShouldAllBe(b => b == 0);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(64 << 20);
    }

    private static void Overlay(ScratchFolder scratch, string name, string backing, string format) =>
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", backing, "-F", format, scratch.File(name), "1M").EnsureSuccess("qemu-img create");

    private static void RefusedQuickly(PatchedImage image, CorruptKind kind)
    {
        // The best of three: other programs slow a machine down, but never speed it up.
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();

            Should.Throw<CorruptImageException>(image.OpenAndRead).Kind.ShouldBe(kind);

            best = TimeSpan.FromTicks(Math.Min(best.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(32 << 20);
        }

        best.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }
}
