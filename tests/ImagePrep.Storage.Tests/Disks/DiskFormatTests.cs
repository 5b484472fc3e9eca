using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks;

/// <summary>The format is declared or proven; two answers are none.</summary>
public sealed class DiskFormatTests
{
    [Theory]
    [InlineData(510, "55AA")]
    [InlineData(512, "4546492050415254")]
    [InlineData(4096, "4546492050415254")]
    [InlineData(1080, "53EF")]
    public void Open_UndeclaredRawWithProof_IsRaw(int offset, string hex)
    {
        using ScratchFolder scratch = new();
        byte[] disk = Disk((offset, hex));
        DiskContent.WriteRaw(scratch.File("disk"), disk);

        using DiskImage image = DiskImage.Open(scratch.File("disk"));

        image.Format.ShouldBe(DiskFormat.Raw);
        image.ShouldRead(disk);
    }

    [Fact]
    public void Open_UndeclaredWithoutProof_IsRefusedWithTheWayOut()
    {
        UnsupportedImageException thrown = Refusal(Disk((3, "41")), declared: null);

        thrown.Kind.ShouldBe(UnsupportedKind.Format);
        thrown.Message.ShouldContain("--base-format raw");
        Refusal([], declared: null).Kind.ShouldBe(UnsupportedKind.Format);
    }

    [Theory]
    [InlineData(0, "514649FB00000001", "QCOW (version 1)")]
    [InlineData(0, "51454400", "QED")]
    [InlineData(0, "4B444D56", "VMDK")]
    [InlineData(0, "434F5744", "VMDK")]
    [InlineData(0, "23204469736B2044657363726970746F7246696C65", "VMDK descriptor")]
    [InlineData(0, "7668647866696C65", "VHDX")]
    [InlineData(0, "636F6E6563746978", "VHD")]
    [InlineData(65536 - 512, "636F6E6563746978", "VHD")]
    [InlineData(0x40, "7F10DABE", "VDI")]
    [InlineData(0, "1F8B08", "gzip")]
    [InlineData(0, "FD377A585A00", "xz")]
    [InlineData(0, "28B52FFD", "zstd")]
    [InlineData(0, "425A68", "bzip2")]
    public void Open_OtherContainer_IsRefusedDeclaredRawOrNot(int offset, string hex, string name)
    {
        // The boot signature must not make a container pass as a raw disk.
        byte[] file = Disk((offset, hex), (510, "55AA"));

        UnsupportedImageException undeclared = Refusal(file, declared: null);
        undeclared.Kind.ShouldBe(UnsupportedKind.Format);
        undeclared.Message.ShouldContain(name);
        undeclared.Message.ShouldContain("qemu-img convert");
        Refusal(file, DiskFormat.Raw).Kind.ShouldBe(UnsupportedKind.Ambiguous);
        Refusal(file, DiskFormat.Qcow2).Kind.ShouldBe(UnsupportedKind.Ambiguous);
    }

    [Theory]
    [InlineData(0, "4C554B53BABE", "LUKS")]
    [InlineData(0x8001, "4344303031", "ISO 9660")]
    public void Open_UnlikelyDisk_NeedsTheDeclaration(int offset, string hex, string name)
    {
        using ScratchFolder scratch = new();
        byte[] file = Disk((offset, hex), (510, "55AA"));

        UnsupportedImageException undeclared = Refusal(file, declared: null);
        undeclared.Kind.ShouldBe(UnsupportedKind.Format);
        undeclared.Message.ShouldContain(name);
        DiskContent.WriteRaw(scratch.File("disk"), file);
        using DiskImage image = DiskImage.Open(scratch.File("disk"), DiskFormat.Raw);
        image.Format.ShouldBe(DiskFormat.Raw);
    }

    [Fact]
    public void Open_RawDiskWhoseGuestWroteAQcow2Header_IsNeverTakenForEither()
    {
        // CVE-2010-3851: the guest overwrites the first bytes of its raw disk.
        byte[] disk = Disk((0, "514649FB00000003"), (510, "55AA"));

        Refusal(disk, declared: null).Kind.ShouldBe(UnsupportedKind.Ambiguous);
        Refusal(disk, DiskFormat.Raw).Kind.ShouldBe(UnsupportedKind.Ambiguous);
    }

    [Fact]
    public void Open_DeclaredQcow2ButRaw_IsRefused()
    {
        UnsupportedImageException thrown = Refusal(Disk((510, "55AA")), DiskFormat.Qcow2);

        thrown.Kind.ShouldBe(UnsupportedKind.Ambiguous);
        thrown.Message.ShouldContain("MBR");
    }

    [Fact]
    public void Open_RealContainersByQemuImg_AreRefusedByName()
    {
        using ScratchFolder scratch = new();
        string raw = DiskContent.WriteRaw(scratch.File("disk.raw"), DiskContent.Sparse(1 << 20, 3));
        foreach ((string format, string name) in new[] { ("vmdk", "VMDK"), ("vhdx", "VHDX"), ("vpc", "VHD"), ("vdi", "VDI"), ("qed", "QED"), ("qcow", "QCOW"), ("parallels", "Parallels") })
        {
            string path = scratch.File(format);
            OutsideTool.Run("qemu-img", "convert", "-f", "raw", "-O", format, raw, path).EnsureSuccess("qemu-img convert");

            Should.Throw<UnsupportedImageException>(() => DiskImage.Open(path), format).Message.ShouldContain($"looks like {name}");
            Should.Throw<UnsupportedImageException>(() => DiskImage.Open(path, DiskFormat.Raw), format).Kind.ShouldBe(UnsupportedKind.Ambiguous);
        }

        OutsideTool.Run("qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", "subformat=fixed,force_size", raw, scratch.File("fixed.vhd")).EnsureSuccess("qemu-img convert");
        Should.Throw<UnsupportedImageException>(() => DiskImage.Open(scratch.File("fixed.vhd"), DiskFormat.Raw)).Kind.ShouldBe(UnsupportedKind.Ambiguous);
    }

    private static UnsupportedImageException Refusal(byte[] file, DiskFormat? declared)
    {
        using ScratchFolder scratch = new();
        DiskContent.WriteRaw(scratch.File("disk"), file);
        return Should.Throw<UnsupportedImageException>(() => DiskImage.Open(scratch.File("disk"), declared));
    }

    private static byte[] Disk(params (int Offset, string Hex)[] parts)
    {
        byte[] disk = new byte[65536];
        foreach ((int offset, string hex) in parts)
        {
            Convert.FromHexString(hex).CopyTo(disk, offset);
        }

        return disk;
    }
}
