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
        QemuImg.Convert(raw, scratch.File("wide.qcow2"), "-o", "refcount_bits=64");
        QemuImg.Convert(raw, scratch.File("shared.qcow2"));
        OutsideTool.Run("qemu-img", "snapshot", "-c", "s", scratch.File("shared.qcow2")).EnsureSuccess("qemu-img snapshot");
        QemuImg.Create(scratch.File("empty.qcow2"), 1 << 20, "compat=1.1");
        foreach (string name in new[] { "compressed", "wide", "shared", "empty" })
        {
            using DiskImage image = DiskImage.Open(scratch.File($"{name}.qcow2"));

            Should.Throw<UnsupportedImageException>(() => image.LocateInFile(new ByteRange(4096, 4096)), name).Kind.ShouldBe(UnsupportedKind.Feature);
        }
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
