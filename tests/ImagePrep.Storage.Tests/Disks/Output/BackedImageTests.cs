using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Output;

/// <summary>Whole images written over a backing file: zeros hide it, parts that are not the image's own show it.</summary>
public sealed class BackedImageTests
{
    private const int Length = 9 << 20;

    public static MatrixTheoryData<int, int, OutputCompression, DiskFormat> Variants => new(
        [512, 65536, 2097152], [2, 3], [OutputCompression.None, OutputCompression.Zlib], [DiskFormat.Raw, DiskFormat.Qcow2]);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Write_OverABackingFile_ShowsOwnPartsAndHidesWhatLiesBelow(int clusterSize, int version, OutputCompression compression, DiskFormat format)
    {
        using ScratchFolder scratch = new();
        byte[] below = new byte[Length];
        new Random(6).NextBytes(below);
        ImageWriter.Write(new MemoryDevice(below), scratch.File("base"), new OutputOptions { Format = format, Flush = false });
        byte[] content = DiskContent.Sparse(Length, seed: 9);
        ByteRange[] own = [new(0, 100_000), new(2_000_000, 3_000_000), new(8_500_000, Length - 8_500_000)];
        OutputOptions options = new()
        {
            ClusterSize = clusterSize,
            Qcow2Version = version,
            Compression = compression,
            Backing = new BackingFile("base", format) { Own = own },
            Flush = false,
        };

        ImageWriter.Write(new MemoryDevice(content), scratch.File("over.qcow2"), options);

        QemuImg.ShouldBeClean(scratch.File("over.qcow2"));
        byte[] expected = [.. below];
        foreach (ByteRange range in own)
        {
            int start = (int)(range.Start / clusterSize * clusterSize);
            int end = (int)Math.Min(Length, (range.End + clusterSize - 1) / clusterSize * clusterSize);
            content.AsSpan(start..end).CopyTo(expected.AsSpan(start));
        }

        DiskContent.WriteRaw(scratch.File("expected.raw"), expected);
        QemuImg.ShouldBeIdentical("qcow2", scratch.File("over.qcow2"), "raw", scratch.File("expected.raw"));
        using DiskImage image = DiskImage.OpenChain([scratch.File("over.qcow2"), scratch.File("base")]);
        image.ShouldRead(expected);
    }

    [Fact]
    public void Write_WholeDiskOverABackingFile_HidesAllOfItWithoutStoringZeros()
    {
        using ScratchFolder scratch = new();
        byte[] below = new byte[Length];
        new Random(6).NextBytes(below);
        DiskContent.WriteRaw(scratch.File("base"), below);
        byte[] content = new byte[Length];
        content[5_000_000] = 1;

        WrittenImage written = ImageWriter.Write(
            new MemoryDevice(content), scratch.File("over.qcow2"), new OutputOptions { Backing = new BackingFile("base", DiskFormat.Raw), Flush = false });

        QemuImg.ShouldBeClean(scratch.File("over.qcow2"));
        written.AllocatedClusters.ShouldBe(1);
        DiskContent.WriteRaw(scratch.File("expected.raw"), content);
        QemuImg.ShouldBeIdentical("qcow2", scratch.File("over.qcow2"), "raw", scratch.File("expected.raw"));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(2)]
    public void Write_UncompressedVersion2_IsCleanAndIdentical(int clusters)
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(clusters * 4096, seed: 4);
        DiskContent.WriteRaw(scratch.File("disk.raw"), content);

        ImageWriter.Write(new MemoryDevice(content), scratch.File("out.qcow2"), new OutputOptions { Qcow2Version = 2, ClusterSize = 4096, Flush = false });

        QemuImg.ShouldBeClean(scratch.File("out.qcow2"));
        QemuImg.ShouldBeIdentical("raw", scratch.File("disk.raw"), "qcow2", scratch.File("out.qcow2"));
        QemuImg.Info(scratch.File("out.qcow2")).GetProperty("format-specific").GetProperty("data").GetProperty("compat").GetString().ShouldBe("0.10");
        using DiskImage image = DiskImage.Open(scratch.File("out.qcow2"));
        image.ShouldRead(content);
    }

    [Fact]
    public void Write_BackingNameThatDoesNotFit_IsRefused()
    {
        using ScratchFolder scratch = new();
        OutputOptions options = new() { ClusterSize = 512, Backing = new BackingFile(new string('x', 400), DiskFormat.Raw) };

        Should.Throw<ArgumentException>(() => ImageWriter.Write(new MemoryDevice(new byte[512]), scratch.File("out"), options)).Message.ShouldContain("400 bytes");
    }
}
