using System.Buffers.Binary;
using System.Text;
using ImagePrep.Containers;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Containers;

/// <summary>Images of other hypervisors, made by qemu-img, and what must not reach qemu-img at all.</summary>
public sealed class ImageSourceTests : IDisposable
{
    private const int DiskLength = 6 << 20;

    private readonly ScratchFolder _scratch = new();
    private readonly byte[] _content = new byte[DiskLength];

    public ImageSourceTests()
    {
        new Random(5).NextBytes(_content.AsSpan(100_000, 300_000));
        _content.AsSpan(5 << 20, 5000).Fill(0x5A);
        (_content[510], _content[511]) = (0x55, 0xAA);
        File.WriteAllBytes(_scratch.File("disk.raw"), _content);
        Directory.CreateDirectory(Work);
    }

    private string Work => _scratch.File("work");

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(DeclaredFormat.Vhd, "vpc", "subformat=dynamic,force_size=on")]
    [InlineData(DeclaredFormat.Vhd, "vpc", "subformat=fixed,force_size=on")]
    [InlineData(DeclaredFormat.Vhdx, "vhdx", "subformat=dynamic")]
    [InlineData(DeclaredFormat.Vhdx, "vhdx", "subformat=fixed")]
    [InlineData(DeclaredFormat.Vmdk, "vmdk", "subformat=monolithicSparse")]
    [InlineData(DeclaredFormat.Vmdk, "vmdk", "subformat=streamOptimized")]
    [InlineData(DeclaredFormat.Vdi, "vdi", "static=off")]
    [InlineData(DeclaredFormat.Vdi, "vdi", "static=on")]
    public void Open_Declared_GivesTheDiskAndLeavesNoFile(DeclaredFormat declared, string format, string options)
    {
        string path = Make(format, options);

        using ImageSource source = ImageSource.Open([path], declared, Work, TestContext.Current.CancellationToken);

        source.Disk.ReadBytes(0, DiskLength).AsSpan().SequenceEqual(_content).ShouldBeTrue();
        source.Disk.Length.ShouldBe(DiskLength);
        source.FormatName.ShouldBe(declared.ToString().ToLowerInvariant());
        source.Path.ShouldBe(path);
        source.FileLength.ShouldBe(new FileInfo(path).Length);
        source.Converter.ShouldNotBeNull().ShouldStartWith("qemu-img version");
        Directory.GetFileSystemEntries(Work).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("vpc", "vhd")]
    [InlineData("vhdx", "vhdx")]
    [InlineData("vmdk", "vmdk")]
    [InlineData("vdi", "vdi")]
    public void Open_Undeclared_TellsWhatToDeclare(string format, string name)
    {
        string path = Make(format);

        Refusal(path, null).ShouldSatisfyAllConditions(
            refusal => refusal.Kind.ShouldBe(UnsupportedKind.Format),
            refusal => refusal.Message.ShouldContain($"--base-format {name}"));
    }

    [Theory]
    [InlineData("vpc", DeclaredFormat.Vmdk)]
    [InlineData("vmdk", DeclaredFormat.Vhdx)]
    [InlineData("vdi", DeclaredFormat.Vhd)]
    [InlineData("qcow2", DeclaredFormat.Vdi)]
    [InlineData("raw", DeclaredFormat.Vmdk)]
    [InlineData("vmdk", DeclaredFormat.Raw)]
    public void Open_DeclaredWrong_IsAmbiguous(string format, DeclaredFormat declared) =>
        Refusal(Make(format), declared).Kind.ShouldBe(UnsupportedKind.Ambiguous);

    [Theory]
    [InlineData("subformat=monolithicFlat")]
    [InlineData("subformat=twoGbMaxExtentSparse")]
    public void Open_VmdkOfSeveralFiles_IsRefused(string options) =>
        Refusal(Make("vmdk", options), DeclaredFormat.Vmdk).Kind.ShouldBe(UnsupportedKind.OtherFile);

    [Fact]
    public void Open_VmdkDescriptorThatNamesAHostFile_IsRefused()
    {
        string path = _scratch.File("evil.vmdk");
        File.WriteAllText(path, "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 8 FLAT \"/etc/passwd\" 0\n");

        Refusal(path, DeclaredFormat.Vmdk).Kind.ShouldBe(UnsupportedKind.OtherFile);
    }

    [Fact]
    public void Open_SparseVmdkWhoseEmbeddedDescriptorListsFiles_IsRefused()
    {
        // With a capacity of 0, QEMU opens the files that the descriptor inside the header names.
        string path = Make("vmdk");
        byte[] bytes = File.ReadAllBytes(path);
        bytes.AsSpan(12, 8).Clear();
        byte[] descriptor = Encoding.ASCII.GetBytes("# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 8 FLAT \"/etc/passwd\" 0\n");
        bytes.AsSpan(512, 2048).Clear();
        descriptor.CopyTo(bytes, 512);
        File.WriteAllBytes(path, bytes);

        Refusal(path, DeclaredFormat.Vmdk).Kind.ShouldBe(UnsupportedKind.OtherFile);
    }

    [Fact]
    public void Open_VmdkWithAParent_IsRefused()
    {
        string parent = Make("vmdk");
        string child = _scratch.File("child.vmdk");
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "vmdk", "-b", parent, "-F", "vmdk", child).EnsureSuccess("qemu-img create");

        Refusal(child, DeclaredFormat.Vmdk).Kind.ShouldBe(UnsupportedKind.OtherFile);
    }

    /// <summary>Found by fuzzing.</summary>
    [Fact]
    public void Open_VhdShorterThanItsFooter_IsCorrupt()
    {
        string path = _scratch.File("short.vhd");
        File.WriteAllBytes(path, [.. "conectix"u8, .. new byte[400]]);

        Should.Throw<CorruptImageException>(() => ImageSource.Open([path], DeclaredFormat.Vhd, Work, TestContext.Current.CancellationToken))
            .Kind.ShouldBe(CorruptKind.Truncated);
    }

    [Fact]
    public void Open_DifferencingVhd_IsRefused()
    {
        string path = Make("vpc");
        byte[] bytes = File.ReadAllBytes(path);
        foreach (int footer in new[] { 0, bytes.Length - 512 })
        {
            // Disk Type, then the checksum: the complement of the sum of all other bytes of the footer.
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(footer + 60), 4);
            bytes.AsSpan(footer + 64, 4).Clear();
            uint sum = 0;
            foreach (byte b in bytes.AsSpan(footer, 512))
            {
                sum += b;
            }

            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(footer + 64), ~sum);
        }

        File.WriteAllBytes(path, bytes);

        Refusal(path, DeclaredFormat.Vhd).Kind.ShouldBe(UnsupportedKind.OtherFile);
    }

    [Fact]
    public void Open_VdiThatClaimsAHugeDisk_IsRefused()
    {
        string path = Make("vdi");
        byte[] bytes = File.ReadAllBytes(path);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(0x170), 1UL << 60);
        File.WriteAllBytes(path, bytes);

        Should.Throw<UnsupportedImageException>(() => ImageSource.Open([path], DeclaredFormat.Vdi, Work, TestContext.Current.CancellationToken));
        Directory.GetFileSystemEntries(Work).ShouldBeEmpty();
    }

    [Fact]
    public void Open_DiskAboveTheLimit_IsRefusedBeforeItIsConverted()
    {
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "vhdx", _scratch.File("large"), "17T").EnsureSuccess("qemu-img create");

        Refusal(_scratch.File("large"), DeclaredFormat.Vhdx).Kind.ShouldBe(UnsupportedKind.Limit);
    }

    [Fact]
    public void Open_CutOffContainer_TellsWhatQemuImgSays()
    {
        string path = Make("vhdx");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..200_000]);

        Refusal(path, DeclaredFormat.Vhdx).Message.ShouldContain("qemu-img cannot read");
        Directory.GetFileSystemEntries(Work).ShouldBeEmpty();
    }

    [Fact]
    public void Open_Cancelled_LeavesNothing()
    {
        string path = Make("vmdk");

        Should.Throw<OperationCanceledException>(() => ImageSource.Open([path], DeclaredFormat.Vmdk, Work, new CancellationToken(canceled: true)));
        Directory.GetFileSystemEntries(Work).ShouldBeEmpty();
    }

    [Fact]
    public void Run_TakesTooLong_IsStopped()
    {
        OutsideTool.Require("qemu-img", "prlimit");

        // A wait for a lock of a NBD server that is not there would do as well; the shortest limit is the simplest.
        Should.Throw<UnsupportedImageException>(() => QemuImg.Run(["--version"], TimeSpan.Zero, 0, TestContext.Current.CancellationToken))
            .Kind.ShouldBe(UnsupportedKind.Limit);
    }

    [Fact]
    public void Run_OutputBeyondItsLimit_Fails()
    {
        string target = _scratch.File("out.qcow2");

        QemuImg.Result result = QemuImg.Run(
            ["convert", "-f", "raw", "-O", "qcow2", _scratch.File("disk.raw"), target], TimeSpan.FromSeconds(60), maxFileBytes: 256 << 10, TestContext.Current.CancellationToken);

        result.ExitCode.ShouldNotBe(0);
        new FileInfo(target).Length.ShouldBeLessThanOrEqualTo(256 << 10);
    }

    private UnsupportedImageException Refusal(string path, DeclaredFormat? declared)
    {
        UnsupportedImageException refusal = Should.Throw<UnsupportedImageException>(
            () => ImageSource.Open([path], declared, Work, TestContext.Current.CancellationToken));
        Directory.GetFileSystemEntries(Work).ShouldBeEmpty();
        return refusal;
    }

    private string Make(string format, string? options = null)
    {
        string path = _scratch.File($"disk.{format}.image");
        string[] subformat = options is null ? [] : ["-o", options];
        OutsideTool.Run("qemu-img", ["convert", "-f", "raw", "-O", format, .. subformat, _scratch.File("disk.raw"), path]).EnsureSuccess("qemu-img convert");
        return path;
    }
}
