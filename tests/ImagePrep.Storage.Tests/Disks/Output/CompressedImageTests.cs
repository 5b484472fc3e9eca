using System.Security.Cryptography;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Output;

/// <summary>Compressed images, judged by QEMU's own tools.</summary>
public sealed class CompressedImageTests
{
    private static readonly OutputOptions Compressed = new() { Compression = OutputCompression.Zlib, Flush = false };

    [Theory]
    [InlineData(512, 3)]
    [InlineData(1024, 2)]
    [InlineData(4096, 3)]
    [InlineData(65536, 3)]
    [InlineData(65536, 2)]
    [InlineData(262144, 3)]
    [InlineData(2097152, 3)]
    public void Write_AnyClusterSize_IsCleanAndIdentical(int clusterSize, int version)
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse((13 << 20) + 512, seed: clusterSize);
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), content);
        string path = scratch.File("out.qcow2");

        WrittenImage written = ImageWriter.Write(new MemoryDevice(content), path, Compressed with { ClusterSize = clusterSize, Qcow2Version = version });

        QemuImg.ShouldBeClean(path);
        QemuImg.ShouldBeIdentical("raw", raw, "qcow2", path);
        QemuImg.Info(path).GetProperty("format-specific").GetProperty("data").GetProperty("compat").GetString().ShouldBe(version == 2 ? "0.10" : "1.1");
        written.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
        written.FileLength.ShouldBe(new FileInfo(path).Length);
        using DiskImage image = DiskImage.Open(path);
        image.ShouldRead(content);
    }

    [Fact]
    public void Write_TextAndRandomBytes_ShrinksTheOneAndStoresTheOther()
    {
        using ScratchFolder scratch = new();
        byte[] content = new byte[16 << 20];
        new Random(3).NextBytes(content.AsSpan(8 << 20));
        for (int i = 0; i < 8 << 20; i++)
        {
            content[i] = (byte)('a' + (i / 7 % 26));
        }

        WrittenImage written = ImageWriter.Write(new MemoryDevice(content), scratch.File("out.qcow2"), Compressed);

        QemuImg.ShouldBeClean(scratch.File("out.qcow2"));
        written.FileLength.ShouldBeInRange(8 << 20, 9 << 20);
        using DiskImage image = DiskImage.Open(scratch.File("out.qcow2"));
        image.LocateInFile(new ByteRange(8 << 20, 8 << 20)).Sum(r => r.Length).ShouldBe(8 << 20);
        image.ShouldRead(content);
    }

    [Fact]
    public void Write_WithAnyNumberOfWorkers_GivesTheSameBytes()
    {
        using ScratchFolder scratch = new();
        MemoryDevice disk = new(DiskContent.Sparse(20 << 20, seed: 41));

        string?[] digests = [.. Enumerable.Range(1, 8).Select(n => ImageWriter.Write(disk, scratch.File($"out{n}"), Compressed with { Workers = n, ClusterSize = 4096 << (n % 2) }).Sha256)];

        digests.Where((_, i) => i % 2 == 0).Distinct().Count().ShouldBe(1);
        digests.Where((_, i) => i % 2 == 1).Distinct().Count().ShouldBe(1);
        digests.ShouldAllBe(digest => digest != null);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65536 + 512)]
    [InlineData((1 << 20) + 12345)]
    public void Write_OddLengths_IsCleanAndPaddedWithZeros(int length)
    {
        using ScratchFolder scratch = new();
        byte[] padded = new byte[(length + 511) / 512 * 512];
        padded.AsSpan(0, length).Fill(0xA5);

        ImageWriter.Write(new MemoryDevice(padded[..length]), scratch.File("out.qcow2"), Compressed);

        QemuImg.ShouldBeClean(scratch.File("out.qcow2"));
        using DiskImage image = DiskImage.Open(scratch.File("out.qcow2"));
        image.ShouldRead(padded);
    }

    [Fact]
    public void Write_GuestWritesToACompressedImage_StaysClean()
    {
        using ScratchFolder scratch = new();
        byte[] content = [.. Enumerable.Repeat((byte)0x61, 4 << 20)];
        string path = scratch.File("out.qcow2");
        ImageWriter.Write(new MemoryDevice(content), path, Compressed with { ClusterSize = 4096 });

        QemuImg.Io(path, "write -P 5 10k 100k", "discard 1M 64k");

        QemuImg.ShouldBeClean(path);
        content.AsSpan(10 << 10, 100 << 10).Fill(5);
        content.AsSpan(1 << 20, 64 << 10).Clear();
        using DiskImage image = DiskImage.Open(path);
        image.ShouldRead(content);
    }

    [Fact]
    public void Write_ReaderFails_LeavesNothing()
    {
        using ScratchFolder scratch = new();
        byte[] content = new byte[8 << 20];
        new Random(2).NextBytes(content);
        FailingReader reader = new(content, failAt: 5 << 20);

        Should.Throw<IOException>(() => ImageWriter.Write(reader, scratch.File("out.qcow2"), Compressed)).Message.ShouldBe("unreadable");

        Directory.GetFileSystemEntries(scratch.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Write_RawCompressed_IsRefused()
    {
        using ScratchFolder scratch = new();

        Should.Throw<ArgumentException>(() => ImageWriter.Write(new MemoryDevice(new byte[512]), scratch.File("out"), Compressed with { Format = DiskFormat.Raw }));
    }

    /// <summary>Fails only once the clusters have been looked at: beyond their first page.</summary>
    private sealed class FailingReader(byte[] content, long failAt) : IBlockReader
    {
        public long Length => content.Length;

        public void ReadAt(long offset, Span<byte> destination)
        {
            if (destination.Length > 4096 && offset + destination.Length > failAt)
            {
                throw new IOException("unreadable");
            }

            content.AsSpan((int)offset, destination.Length).CopyTo(destination);
        }

        public ByteRange NextData(long offset) => new(offset, Length - offset);
    }
}
