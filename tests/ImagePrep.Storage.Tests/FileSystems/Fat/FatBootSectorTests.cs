using System.Buffers.Binary;
using System.Text;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.Storage.FileSystems.Fat.Structures;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>Boot sectors: one wrong field each, and what tells the type.</summary>
public sealed class FatBootSectorTests
{
    [Theory]
    [InlineData(16, BootSector.Offsets.BytesPerSector, 2, 0, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.BytesPerSector, 2, 256, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.BytesPerSector, 2, 513, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.BytesPerSector, 2, 8192, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.SectorsPerCluster, 1, 0, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.SectorsPerCluster, 1, 3, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.ReservedSectors, 2, 0, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.ReservedSectors, 2, 0xFFFF, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.TableCount, 1, 0, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.RootRecords, 2, 0, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.RootRecords, 2, 65, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.Media, 1, 0xF1, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.TotalSectors16, 2, 3, CorruptKind.OutOfRange)]
    [InlineData(16, BootSector.Offsets.TotalSectors16, 2, 0xFFFF, CorruptKind.Inconsistent)]
    [InlineData(16, BootSector.Offsets.SectorsPerTable16, 2, 1, CorruptKind.Inconsistent)]
    [InlineData(16, 510, 1, 0, CorruptKind.BadMagic)]
    [InlineData(32, BootSector.Offsets.SectorsPerTable32, 4, 1, CorruptKind.Inconsistent)]
    [InlineData(32, BootSector.Offsets.SectorsPerTable32, 4, -1, CorruptKind.OutOfRange)]
    [InlineData(32, BootSector.Offsets.TotalSectors16, 2, 0, CorruptKind.OutOfRange)]
    [InlineData(32, BootSector.Offsets.TotalSectors16, 2, 8193, CorruptKind.Truncated)]
    [InlineData(32, BootSector.Offsets.TotalSectors16, 2, 8500, CorruptKind.Inconsistent)]
    [InlineData(32, BootSector.Offsets.TotalSectors16, 2, 100, CorruptKind.OutOfRange)]
    [InlineData(32, BootSector.Offsets.RootRecords, 2, 16, CorruptKind.OutOfRange)]
    [InlineData(32, BootSector.Offsets.RootCluster, 4, 0, CorruptKind.OutOfRange)]
    [InlineData(32, BootSector.Offsets.RootCluster, 4, 1, CorruptKind.OutOfRange)]
    [InlineData(32, BootSector.Offsets.RootCluster, 4, 0x00FF_FFFF, CorruptKind.OutOfRange)]
    [InlineData(32, BootSector.Offsets.InfoSector, 2, 32, CorruptKind.OutOfRange)]
    [InlineData(32, BootSector.Offsets.BackupSector, 2, 99, CorruptKind.OutOfRange)]
    [InlineData(32, BootSector.Offsets.ExtendedFlags, 2, 0x82, CorruptKind.OutOfRange)]
    public void Open_FieldIsWrong_IsCorrupt(int bits, int offset, int width, int value, CorruptKind kind)
    {
        FatImage image = FatImage.Of(bits);
        Patch(image.Bytes, offset, width, value);

        CorruptImageException error = Should.Throw<CorruptImageException>(() => image.Read());
        error.Kind.ShouldBe(kind, error.Message);
        Should.Throw<CorruptImageException>(() => image.Edit()).Kind.ShouldBe(kind);
        FatCheck.Verify(image.Device).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(BootSector.Offsets.Version, 2, 0x0100, UnsupportedKind.UnknownFeature)]
    [InlineData(BootSector.Offsets.TableCount, 1, 5, UnsupportedKind.Limit)]
    public void Open_KnownButNotHandled_IsRefused(int offset, int width, int value, UnsupportedKind kind)
    {
        FatImage image = FatImage.Of(32);
        Patch(image.Bytes, offset, width, value);

        Should.Throw<UnsupportedImageException>(() => image.Read()).Kind.ShouldBe(kind);
    }

    [Fact]
    public void Open_DeviceIsCut_IsTruncated()
    {
        byte[] bytes = FatImage.Of(16).Bytes;

        Should.Throw<CorruptImageException>(() => FatFileSystem.OpenForReading(new MemoryDevice(bytes[..(bytes.Length / 2)]))).Kind.ShouldBe(CorruptKind.Truncated);
        Should.Throw<CorruptImageException>(() => FatFileSystem.OpenForReading(new MemoryDevice(bytes[..100]))).Kind.ShouldBe(CorruptKind.Truncated);
        FatFileSystem.IsFat(new MemoryDevice(bytes[..100])).ShouldBeFalse();
    }

    [Theory]
    [InlineData(12, "FAT32   ")]
    [InlineData(16, "FAT12   ")]
    [InlineData(32, "FAT16   ")]
    [InlineData(16, "        ")]
    public void Type_StringLies_IsNotBelieved(int bits, string text)
    {
        FatImage image = FatImage.Of(bits);
        Encoding.ASCII.GetBytes(text).CopyTo(image.Bytes, bits == 32 ? 82 : 54);

        image.Read().Summary.Variant.ShouldBe($"FAT{bits}");
        ContentProbe.Recognise(image.Device).ShouldBe("vfat");
    }

    [Theory]
    [InlineData(4084, 12)]
    [InlineData(4085, 16)]
    [InlineData(65524, 16)]
    public void Type_AtItsLimits_FollowsTheCountOfClusters(int clusters, int bits)
    {
        byte[] boot = [.. FatImage.Of(16).Bytes[..512]];
        Patch(boot, BootSector.Offsets.SectorsPerTable16, 2, 256);
        long data = 8 + 256 + 4;
        Patch(boot, BootSector.Offsets.TotalSectors16, 2, 0);
        Patch(boot, BootSector.Offsets.TotalSectors32, 4, (int)(data + clusters));

        BootSector parsed = BootSector.Parse(boot, long.MaxValue);
        parsed.ClusterCount.ShouldBe((uint)clusters);
        parsed.Type.ShouldBe((FatType)bits);
    }

    [Fact]
    public void Type_TooManyClustersForSixteenBits_IsCorrupt()
    {
        byte[] boot = [.. FatImage.Of(16).Bytes[..512]];
        Patch(boot, BootSector.Offsets.SectorsPerTable16, 2, 300);
        Patch(boot, BootSector.Offsets.TotalSectors16, 2, 0);
        Patch(boot, BootSector.Offsets.TotalSectors32, 4, 8 + 300 + 4 + 65525);

        Should.Throw<CorruptImageException>(() => BootSector.Parse(boot, long.MaxValue)).Kind.ShouldBe(CorruptKind.OutOfRange);
    }

    [Fact]
    public void Recognise_MarksOfTwoFileSystems_IsAmbiguous()
    {
        byte[] bytes = FatImage.Of(32).Bytes;
        Patch(bytes, 1024 + 0x38, 2, 0xEF53);

        Should.Throw<UnsupportedImageException>(() => ContentProbe.Recognise(new MemoryDevice(bytes))).Kind.ShouldBe(UnsupportedKind.Ambiguous);
        Should.Throw<UnsupportedImageException>(() => FileSystemDriver.Find(new MemoryDevice(bytes))).Kind.ShouldBe(UnsupportedKind.Ambiguous);
    }

    [Fact]
    public void Find_EveryDriver_ByWhatMkfsMakes()
    {
        OutsideTool.Require("mke2fs");
        using ScratchFolder scratch = new();
        string ext = scratch.File("ext");
        OutsideTool.Run("mke2fs", ["-q", "-F", ext, "2M"]).EnsureSuccess("mke2fs");

        FileSystemDriver.Find(new MemoryDevice(File.ReadAllBytes(ext))).ShouldNotBeNull().Type.ShouldBe("ext");
        FileSystemDriver.Find(FatImage.Of(12).Device).ShouldNotBeNull().Type.ShouldBe("vfat");
        FileSystemDriver.Find(new MemoryDevice(new byte[1 << 20])).ShouldBeNull();
    }

    private static void Patch(byte[] bytes, int offset, int width, int value)
    {
        byte[] raw = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(raw, value);
        raw.AsSpan(0, width).CopyTo(bytes.AsSpan(offset));
    }
}
