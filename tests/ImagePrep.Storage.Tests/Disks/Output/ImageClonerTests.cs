using System.Security.Cryptography;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Output;

public sealed class ImageClonerTests
{
    [Theory]
    [InlineData(DiskFormat.Qcow2)]
    [InlineData(DiskFormat.Raw)]
    public void Clone_WithPatches_ChangesExactlyThem(DiskFormat format)
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(9 << 20, 2);
        content.AsSpan(2 << 20, 1 << 20).Fill(0x77);
        ImageWriter.Write(new MemoryDevice(content), scratch.File("golden"), new OutputOptions { Format = format });
        byte[] before = File.ReadAllBytes(scratch.File("golden"));
        ByteRange slot = new((2 << 20) + 61_440, 8192);
        byte[] value = [.. Enumerable.Range(0, 8192).Select(i => (byte)i)];
        List<FilePatch> patches = [];
        using (DiskImage golden = DiskImage.Open(scratch.File("golden"), format))
        {
            int done = 0;
            foreach (ByteRange part in golden.LocateInFile(slot))
            {
                patches.Add(new FilePatch(part.Start, value.AsMemory(done, (int)part.Length)));
                done += (int)part.Length;
            }

            done.ShouldBe(value.Length);
        }

        string? digest = ImageCloner.Clone(scratch.File("golden"), scratch.File("node"), patches);

        value.CopyTo(content, slot.Start);
        using DiskImage node = DiskImage.Open(scratch.File("node"), format);
        node.ShouldRead(content);
        File.ReadAllBytes(scratch.File("golden")).ShouldBe(before);
        digest.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(scratch.File("node")))));
        HostDisk.AllocatedBytes(scratch.File("node")).ShouldBeLessThanOrEqualTo(HostDisk.AllocatedBytes(scratch.File("golden")) + 65536);
        if (format == DiskFormat.Qcow2)
        {
            QemuImg.ShouldBeClean(scratch.File("node"));
        }
    }

    [Fact]
    public void Clone_LargeHoles_StayHoles()
    {
        using ScratchFolder scratch = new();
        using (FileStream file = File.Create(scratch.File("golden")))
        {
            file.SetLength(8L << 30);
            file.Position = 5L << 30;
            file.Write([.. Enumerable.Repeat((byte)9, 100_000)]);
        }

        ImageCloner.Clone(scratch.File("golden"), scratch.File("node"), [], new OutputOptions { ComputeDigest = false });

        new FileInfo(scratch.File("node")).Length.ShouldBe(8L << 30);
        HostDisk.AllocatedBytes(scratch.File("node")).ShouldBeLessThan(1 << 20);
        using DiskImage node = DiskImage.Open(scratch.File("node"), DiskFormat.Raw);
        node.ReadBytes(5L << 30, 100_000).ShouldAllBe(b => b == 9);
    }

    [Fact]
    public void LocateInFile_NotStoredPlainlyOrShared_IsRefused()
    {
        using ScratchFolder scratch = new();
        byte[] content = [.. Enumerable.Repeat((byte)0x77, 1 << 20)];
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), content);
        QemuImg.Convert(raw, scratch.File("compressed.qcow2"), "-c");
        List<string> names = ["compressed", "empty"];
        foreach (int width in new[] { 2, 8, 16, 64 })
        {
            string shared = $"shared{width}";
            names.Add(shared);
            QemuImg.Convert(raw, scratch.File($"{shared}.qcow2"), "-o", $"refcount_bits={width}");
            OutsideTool.Run("qemu-img", "snapshot", "-c", "s", scratch.File($"{shared}.qcow2")).EnsureSuccess("qemu-img snapshot");
        }

        QemuImg.Create(scratch.File("empty.qcow2"), 1 << 20, "compat=1.1");
        foreach (string name in names)
        {
            using DiskImage image = DiskImage.Open(scratch.File($"{name}.qcow2"));

            Should.Throw<UnsupportedImageException>(() => image.LocateInFile(new ByteRange(4096, 4096)), name).Kind.ShouldBe(UnsupportedKind.Feature);
        }
    }

    [Theory]
    [InlineData("refcount_bits=1")]
    [InlineData("refcount_bits=2")]
    [InlineData("refcount_bits=4,cluster_size=512")]
    [InlineData("refcount_bits=8")]
    [InlineData("refcount_bits=32")]
    [InlineData("refcount_bits=64,cluster_size=4096")]
    [InlineData("compat=0.10")]
    [InlineData("extended_l2=on,cluster_size=16k")]
    public void LocateInFile_PlainClustersWithAnyRefcount_SaysWhereTheyAre(string options)
    {
        using ScratchFolder scratch = new();
        byte[] content = new byte[3 << 20];
        new Random(4).NextBytes(content);
        QemuImg.Convert(DiskContent.WriteRaw(scratch.File("disk.raw"), content), scratch.File("disk.qcow2"), "-o", options);
        ByteRange range = new(1_000_001, 1_234_567);

        using DiskImage image = DiskImage.Open(scratch.File("disk.qcow2"));
        IReadOnlyList<ByteRange> found = image.LocateInFile(range);

        byte[] file = File.ReadAllBytes(scratch.File("disk.qcow2"));
        byte[] bytes = [.. found.SelectMany(part => file[(int)part.Start..(int)part.End])];
        bytes.AsSpan().SequenceEqual(content.AsSpan((int)range.Start, (int)range.Length)).ShouldBeTrue();
    }

    [Fact]
    public void Clone_PatchOutsideTheFile_ThrowsAndLeavesNothing()
    {
        using ScratchFolder scratch = new();
        DiskContent.WriteRaw(scratch.File("golden"), new byte[1000]);

        Should.Throw<ArgumentOutOfRangeException>(() => ImageCloner.Clone(scratch.File("golden"), scratch.File("node"), [new FilePatch(999, new byte[2])]));
        Should.Throw<ArgumentOutOfRangeException>(() => ImageCloner.Clone(scratch.File("golden"), scratch.File("node"), [new FilePatch(-1, new byte[2])]));

        Directory.GetFileSystemEntries(scratch.Path).ShouldBe([scratch.File("golden")]);
    }
}
