using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Qcow2;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Qcow2;

/// <summary>Images made to read other files, to exhaust their reader, or simply damaged: one test for each field that is refused.</summary>
public sealed class HostileQcow2Tests
{
    private const ulong Copied = 1UL << 63;

    [Fact]
    public void Open_HealthyImage_Works() => new PatchedImage().OpenAndRead();

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("json:{\"driver\":\"file\",\"filename\":\"/etc/shadow\"}")]
    [InlineData("nbd://10.0.0.1/export")]
    public void Open_BackingFile_IsRefusedAndNamed(string name)
    {
        PatchedImage image = WithBackingFile(name);

        UnsupportedImageException thrown = Should.Throw<UnsupportedImageException>(image.OpenAndRead);

        thrown.Kind.ShouldBe(UnsupportedKind.OtherFile);
        thrown.Message.ShouldContain(name);
    }

    [Fact]
    public void Open_BackingNameWithControlCharacters_IsShownEscaped()
    {
        UnsupportedImageException thrown = Should.Throw<UnsupportedImageException>(WithBackingFile("\u001b[2Jevil\u202e\n").OpenAndRead);

        thrown.Message.ShouldContain("\\x1b[2Jevil\\xe2\\x80\\xae\\x0a");
        thrown.Message.ShouldNotContain("\u001b");
    }

    [Fact]
    public void Open_BackingFileMadeByQemuImg_IsRefused()
    {
        using ScratchFolder scratch = new();
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "/etc/passwd", "-F", "raw", scratch.File("image"), "1M").EnsureSuccess("qemu-img create");

        Should.Throw<UnsupportedImageException>(() => DiskImage.Open(scratch.File("image"))).Kind.ShouldBe(UnsupportedKind.OtherFile);
    }

    [Fact]
    public void Open_ExternalDataFile_IsRefusedAndTheFileUntouched()
    {
        using ScratchFolder scratch = new();
        QemuImg.Create(scratch.File("image"), 1 << 20, $"data_file={scratch.File("data")},data_file_raw=on");
        File.Delete(scratch.File("data"));

        UnsupportedImageException thrown = Should.Throw<UnsupportedImageException>(() => DiskImage.Open(scratch.File("image")));

        thrown.Kind.ShouldBe(UnsupportedKind.OtherFile);
        thrown.Message.ShouldContain(scratch.File("data"));
        File.Exists(scratch.File("data")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Open_EncryptionMethod_IsRefused(uint method) =>
        Refused(new PatchedImage().U32(Qcow2Header.Offsets.CryptMethod, method)).Kind.ShouldBe(UnsupportedKind.Encrypted);

    [Fact]
    public void Open_LuksMadeByQemuImg_IsRefused()
    {
        using ScratchFolder scratch = new();
        ToolResult created = OutsideTool.Run(
            "qemu-img", "create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=abc", "-o", "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10",
            scratch.File("image"), "1M");

        // qemu-img times its own key derivation while it creates, and gives up on some busy machines; the method is refused above all the same.
        Assert.SkipUnless(created.ExitCode == 0, $"qemu-img made no LUKS image: {created.Error}");

        Should.Throw<UnsupportedImageException>(() => DiskImage.Open(scratch.File("image"))).Kind.ShouldBe(UnsupportedKind.Encrypted);
    }

    [Theory]
    [InlineData(0, UnsupportedKind.NeedsRepair)]
    [InlineData(1, UnsupportedKind.NeedsRepair)]
    [InlineData(2, UnsupportedKind.OtherFile)]
    [InlineData(5, UnsupportedKind.UnknownFeature)]
    [InlineData(63, UnsupportedKind.UnknownFeature)]
    public void Open_IncompatibleFeature_IsRefusedByKind(int bit, UnsupportedKind kind) =>
        Refused(new PatchedImage().U64(Qcow2Header.Offsets.IncompatibleFeatures, 1UL << bit)).Kind.ShouldBe(kind);

    [Fact]
    public void Open_UnknownFeatureWithAName_IsNamed()
    {
        byte[] table = new byte[56];
        Convert.FromHexString("6803F857" + "00000030" + "0025").CopyTo(table, 0);
        "time travel"u8.CopyTo(table.AsSpan(10));
        PatchedImage image = new PatchedImage().U64(Qcow2Header.Offsets.IncompatibleFeatures, 1UL << 0x25).Put(Qcow2Header.SizeV3, table);

        Refused(image).Message.ShouldContain("'time travel' (incompatible bit 37)");
    }

    [Fact]
    public void Open_SharedL2Tables_AreRefused()
    {
        // A few hundred KiB that would unfold into a disk of any size.
        PatchedImage image = new PatchedImage().U64(PatchedImage.L1 + 8, PatchedImage.L2 | Copied);

        Corrupt(image).Kind.ShouldBe(CorruptKind.Overlap);
    }

    [Fact]
    public void Open_SharedDataClusters_AreRefused()
    {
        PatchedImage image = new();
        for (int i = 0; i < 512; i++)
        {
            image.U64(PatchedImage.L2 + (8 * i), PatchedImage.Data | Copied);
        }

        Corrupt(image).Kind.ShouldBe(CorruptKind.Overlap);
    }

    [Fact]
    public void Open_SharedClusterBehindZeroFlag_IsRefused() =>
        Corrupt(new PatchedImage().U64(PatchedImage.L2, PatchedImage.Data | Copied | 1)).Kind.ShouldBe(CorruptKind.Overlap);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    public void Open_SharedCompressedStreams_AreRefused(int distance)
    {
        // 4 KiB clusters: 58 offset bits. Both streams have four sectors, so one starts inside the other.
        const ulong Compressed = 1UL << 62;
        const ulong Sectors = 3UL << 58;
        PatchedImage image = new PatchedImage()
            .U64(PatchedImage.L2 + 16, Compressed | Sectors | PatchedImage.Data)
            .U64(PatchedImage.L2 + 24, Compressed | Sectors | (PatchedImage.Data + (ulong)distance));

        Corrupt(image).Kind.ShouldBe(CorruptKind.Overlap);
    }

    [Fact]
    public void Open_CompressedStreamInsidePlainData_IsRefused() =>
        Corrupt(new PatchedImage().U64(PatchedImage.L2, (1UL << 62) | (PatchedImage.Data + 100))).Kind.ShouldBe(CorruptKind.Overlap);

    [Fact]
    public void Open_MoreCompressedClustersThanTheFileCanHold_IsRefused()
    {
        // One byte apart inside single sectors: each is a stream of its own as far as overlap can tell.
        HostClusterClaims claims = new(fileLength: 40 << 10, clusterBits: 21);
        for (int i = 0; i < 2000; i++)
        {
            claims.Compressed(20_000 + i, 1);
        }

        Should.Throw<CorruptImageException>(claims.Finish).Kind.ShouldBe(CorruptKind.Inconsistent);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData((ulong)PatchedImage.RefcountTable)]
    [InlineData((ulong)PatchedImage.RefcountBlock)]
    [InlineData((ulong)PatchedImage.L1)]
    [InlineData((ulong)PatchedImage.L2)]
    public void Open_DataThatIsMetadata_IsRefused(ulong target)
    {
        // Offset 0 in a standard entry means unallocated, so the header can only be reached through an L2 table or compressed data.
        if (target == 0)
        {
            Corrupt(new PatchedImage().U64(PatchedImage.L2, (1UL << 62) | 3)).Kind.ShouldBe(CorruptKind.Overlap);
            return;
        }

        Corrupt(new PatchedImage().U64(PatchedImage.L2, target | Copied)).Kind.ShouldBe(CorruptKind.Overlap);
        Corrupt(new PatchedImage().U64(PatchedImage.L1 + 8, target | Copied)).Kind.ShouldBe(CorruptKind.Overlap);
    }

    [Theory]
    [InlineData(Qcow2Header.Offsets.ClusterBits, 60u)]
    [InlineData(Qcow2Header.Offsets.ClusterBits, 8u)]
    [InlineData(Qcow2Header.Offsets.ClusterBits, 22u)]
    [InlineData(Qcow2Header.Offsets.ClusterBits, 0xFFFFFFFFu)]
    [InlineData(Qcow2Header.Offsets.L1Size, 0x400001u)]
    [InlineData(Qcow2Header.Offsets.L1Size, 0xFFFFFFFFu)]
    [InlineData(Qcow2Header.Offsets.RefcountTableClusters, 0x10000u)]
    [InlineData(Qcow2Header.Offsets.SnapshotCount, 65537u)]
    [InlineData(Qcow2Header.Offsets.RefcountOrder, 7u)]
    [InlineData(Qcow2Header.Offsets.HeaderLength, 103u)]
    [InlineData(Qcow2Header.Offsets.HeaderLength, 105u)]
    [InlineData(Qcow2Header.Offsets.HeaderLength, 8192u)]
    public void Open_NumberOutOfRange_IsRefused(int offset, uint value) =>
        Corrupt(new PatchedImage().U32(offset, value)).Kind.ShouldBe(CorruptKind.OutOfRange);

    [Theory]
    [InlineData(Qcow2Header.Offsets.L1TableOffset, 0x3200UL, CorruptKind.OutOfRange)]
    [InlineData(Qcow2Header.Offsets.L1TableOffset, 1UL << 40, CorruptKind.Truncated)]
    [InlineData(Qcow2Header.Offsets.L1TableOffset, 0x7FFFFFFFFFFFF000UL, CorruptKind.Truncated)]
    [InlineData(Qcow2Header.Offsets.L1TableOffset, 0xFFFFFFFFFFFFF000UL, CorruptKind.OutOfRange)]
    [InlineData(Qcow2Header.Offsets.L1TableOffset, 0UL, CorruptKind.Overlap)]
    [InlineData(Qcow2Header.Offsets.RefcountTableOffset, 0x1200UL, CorruptKind.OutOfRange)]
    [InlineData(Qcow2Header.Offsets.RefcountTableOffset, 1UL << 40, CorruptKind.Truncated)]
    [InlineData(Qcow2Header.Offsets.RefcountTableOffset, 0UL, CorruptKind.Overlap)]
    [InlineData(Qcow2Header.Offsets.SnapshotsOffset, 0x1200UL, CorruptKind.OutOfRange)]
    [InlineData(Qcow2Header.Offsets.Size, 1UL << 63, CorruptKind.OutOfRange)]
    [InlineData(Qcow2Header.Offsets.Size, 1UL << 40, CorruptKind.Inconsistent)]
    [InlineData(Qcow2Header.Offsets.Size, (ulong)long.MaxValue, CorruptKind.Inconsistent)]
    [InlineData(PatchedImage.L1, 0x200UL | Copied, CorruptKind.OutOfRange)]
    [InlineData(PatchedImage.L1, 0x4001UL | Copied, CorruptKind.OutOfRange)]
    [InlineData(PatchedImage.L1, 0x4000000000005000UL, CorruptKind.OutOfRange)]
    [InlineData(PatchedImage.L1, 1UL << 40, CorruptKind.Truncated)]
    [InlineData(PatchedImage.L2, 0x200UL | Copied, CorruptKind.OutOfRange)]
    [InlineData(PatchedImage.L2, 0x6002UL | Copied, CorruptKind.OutOfRange)]
    [InlineData(PatchedImage.L2, 1UL << 56, CorruptKind.OutOfRange)]
    [InlineData(PatchedImage.L2, 1UL << 50, CorruptKind.Truncated)]
    [InlineData(PatchedImage.L2, (1UL << 62) | (1UL << 50), CorruptKind.Truncated)]
    [InlineData(PatchedImage.RefcountTable, 0x2200UL, CorruptKind.OutOfRange)]
    [InlineData(PatchedImage.RefcountTable, 1UL << 63, CorruptKind.OutOfRange)]
    [InlineData(PatchedImage.RefcountTable, 1UL << 40, CorruptKind.Truncated)]
    [InlineData(PatchedImage.RefcountTable, (ulong)PatchedImage.L1, CorruptKind.Overlap)]
    public void Open_OffsetThatCannotBe_IsRefused(int offset, ulong value, CorruptKind kind) =>
        Corrupt(new PatchedImage().U64(offset, value)).Kind.ShouldBe(kind);

    [Fact]
    public void Open_OtherVersion_IsRefused() =>
        Refused(new PatchedImage().U32(Qcow2Header.Offsets.Version, 4)).Kind.ShouldBe(UnsupportedKind.UnknownFeature);

    [Fact]
    public void Open_ZeroClusterInVersion2_IsRefused() =>
        Corrupt(new PatchedImage().U32(Qcow2Header.Offsets.Version, 2).U64(PatchedImage.L2, 1)).Kind.ShouldBe(CorruptKind.OutOfRange);

    [Theory]
    [InlineData(0UL, 100u)]
    [InlineData(200UL, 0u)]
    [InlineData(200UL, 1024u)]
    [InlineData(4000UL, 200u)]
    [InlineData(1UL << 40, 10u)]
    [InlineData(ulong.MaxValue, 10u)]
    public void Open_BackingNameOutsideTheFirstCluster_IsRefused(ulong offset, uint length)
    {
        PatchedImage image = new PatchedImage().U64(Qcow2Header.Offsets.BackingFileOffset, offset).U32(Qcow2Header.Offsets.BackingFileSize, length);
        if (offset == 0)
        {
            image.OpenAndRead();
            return;
        }

        Corrupt(image).Kind.ShouldBe(CorruptKind.OutOfRange);
    }

    [Fact]
    public void Open_ExtensionLongerThanItsArea_IsRefused() =>
        Corrupt(new PatchedImage().U32(Qcow2Header.SizeV3, 0x12345678).U32(Qcow2Header.SizeV3 + 4, 0xFFFFFFF0)).Kind.ShouldBe(CorruptKind.Truncated);

    [Fact]
    public void Open_EndlessExtensions_AreRefused()
    {
        PatchedImage image = new();
        for (int offset = Qcow2Header.SizeV3; offset < PatchedImage.ClusterSize; offset += 8)
        {
            image.U32(offset, 0x12345678);
        }

        Corrupt(image).Kind.ShouldBe(CorruptKind.Loop);
    }

    [Fact]
    public void Open_CompressionTypeWithoutItsBit_IsRefused()
    {
        PatchedImage image = new PatchedImage().U32(Qcow2Header.Offsets.HeaderLength, 112).Put(Qcow2Header.Offsets.CompressionType, [1]);

        Corrupt(image).Kind.ShouldBe(CorruptKind.Inconsistent);
        Refused(image.U64(Qcow2Header.Offsets.IncompatibleFeatures, 8).Put(Qcow2Header.Offsets.CompressionType, [2])).Kind.ShouldBe(UnsupportedKind.UnknownFeature);
    }

    [Theory]
    [InlineData("compression_type=zlib")]
    [InlineData("compression_type=zstd")]
    public void Read_DamagedCompressedStream_IsCorrupt(string options)
    {
        using ScratchFolder scratch = new();
        byte[] content = new byte[1 << 20];
        content.AsSpan(0, 300_000).Fill(0x44);
        QemuImg.Convert(DiskContent.WriteRaw(scratch.File("raw"), content), scratch.File("image"), "-c", "-o", options);
        PatchedImage image = new() { Bytes = File.ReadAllBytes(scratch.File("image")) };
        image.OpenAndRead();

        // qemu-img puts the first stream behind header, refcounts, L1 and L2 tables.
        image.Bytes.AsSpan(5 * 65536, 8).ContainsAnyExcept((byte)0).ShouldBeTrue();
        image.Bytes.AsSpan(5 * 65536, 40).Fill(0xEE);

        Corrupt(image).Kind.ShouldBe(CorruptKind.Inconsistent);
    }

    [Fact]
    public void Open_TruncatedAnywhere_IsRefused()
    {
        byte[] whole = new PatchedImage().Bytes;
        int[] lengths = [0, 1, 3, 4, 7, 8, 20, 71, 72, 103, 104, 111, .. Enumerable.Range(1, (whole.Length / 512) - 1).Select(i => i * 512), whole.Length - 1];
        foreach (int length in lengths)
        {
            PatchedImage image = new() { Bytes = whole[..length] };

            Exception? thrown = Record.Exception(image.OpenAndRead);

            (thrown is CorruptImageException or UnsupportedImageException).ShouldBeTrue($"cut to {length} bytes: {thrown}");
        }
    }

    private static PatchedImage WithBackingFile(string name)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(name);
        return new PatchedImage()
            .U64(Qcow2Header.Offsets.BackingFileOffset, 512)
            .U32(Qcow2Header.Offsets.BackingFileSize, (uint)bytes.Length)
            .Put(512, bytes);
    }

    private static UnsupportedImageException Refused(PatchedImage image) => Should.Throw<UnsupportedImageException>(image.OpenAndRead);

    private static CorruptImageException Corrupt(PatchedImage image) => Should.Throw<CorruptImageException>(image.OpenAndRead);
}
