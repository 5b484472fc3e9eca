using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Partitions;

public sealed class PartitionTableReadTests
{
    [Fact]
    public void Read_ExtOnTheWholeDisk_IsOnePartitionNumber0()
    {
        using ScratchFolder scratch = new();
        using RawFile disk = MakeExt(scratch);

        PartitionTable table = PartitionTable.Read(disk, ContentProbe.Recognise);

        table.Scheme.ShouldBe(PartitionScheme.None);
        Partition whole = table.Partitions.Single();
        whole.Number.ShouldBe(0);
        whole.Range.ShouldBe(new ByteRange(0, disk.Length));
        table.Serialize().ShouldBeEmpty();
        table.UnclaimedRanges.ShouldBeEmpty();
        DiskMap.Of(table).Single().Kind.ShouldBe(DiskSegmentKind.Partition);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_ExtWithABootSectorBeforeIt_IsTheWholeDisk(bool codeWhereEntriesWouldBe)
    {
        // As extlinux leaves it: 55 AA at the end of a boot sector, and no partition table.
        using ScratchFolder scratch = new();
        using RawFile disk = MakeExt(scratch);
        byte[] boot = new byte[512];
        (boot[510], boot[511]) = (0x55, 0xAA);
        if (codeWhereEntriesWouldBe)
        {
            boot.AsSpan(0x1BE, 64).Fill(0x90);
        }

        disk.WriteAt(0, boot);

        PartitionTable.Read(disk, ContentProbe.Recognise).Scheme.ShouldBe(PartitionScheme.None);
    }

    [Theory]
    [InlineData("QFI\u00FB", 0, "qcow2")]
    [InlineData("EFI PART", 512, "without a protective MBR")]
    [InlineData("\u0055\u00AA", 510, "without partitions")]
    [InlineData("hello", 0, "68656c6c6f")]
    [InlineData("", 0, "empty")]
    public void Read_NoTable_TellsWhatWasFound(string magic, int offset, string told)
    {
        byte[] disk = new byte[1 << 20];
        System.Text.Encoding.Latin1.GetBytes(magic, disk.AsSpan(offset));

        UnsupportedImageException refusal = Should.Throw<UnsupportedImageException>(() => PartitionTable.Read(TableImages.Disk(disk), ContentProbe.Recognise));

        refusal.Kind.ShouldBe(UnsupportedKind.Format);
        refusal.Message.ShouldContain(told);
    }

    [Theory]
    [InlineData("XFSB", 0)]
    [InlineData("NTFS    ", 3)]
    [InlineData("_BHRfS_M", 0x10040)]
    public void Read_RecognisedOnTheWholeDisk_IsOnePartitionWhenAskedFor(string magic, int offset)
    {
        byte[] disk = new byte[1 << 20];
        System.Text.Encoding.Latin1.GetBytes(magic, disk.AsSpan(offset));

        PartitionTable.Read(TableImages.Disk(disk), ContentProbe.Recognise).Scheme.ShouldBe(PartitionScheme.None);
        Should.Throw<UnsupportedImageException>(() => PartitionTable.Read(TableImages.Disk(disk))).Kind.ShouldBe(UnsupportedKind.Format);
    }

    [Fact]
    public void Read_ShorterThanASector_IsCorrupt() =>
        Should.Throw<CorruptImageException>(() => PartitionTable.Read(TableImages.Disk(new byte[511]))).Kind.ShouldBe(CorruptKind.Truncated);

    [Fact]
    public void DiskMap_CoversTheDiskWithoutGapsOrOverlaps()
    {
        foreach (byte[] disk in new[] { TableImages.Mbr(), TableImages.MbrWithLogicals(), TableImages.Gpt(), TableImages.Gpt(4096) })
        {
            IReadOnlyList<DiskSegment> map = DiskMap.Of(PartitionTable.Read(TableImages.Disk(disk)));

            long position = 0;
            foreach (DiskSegment segment in map)
            {
                segment.Range.Start.ShouldBe(position);
                segment.Range.IsEmpty.ShouldBeFalse();
                position = segment.Range.End;
            }

            position.ShouldBe(disk.Length);
            map.Count(segment => segment.Kind == DiskSegmentKind.BootGap).ShouldBe(1);
        }
    }

    [Fact]
    public void UnclaimedRanges_AreWhatLiesBetweenAndBehindPartitions() =>
        PartitionTable.Read(TableImages.Disk(TableImages.Mbr())).UnclaimedRanges.ShouldBe(
        [
            ByteRange.FromBounds(1063 * 512, 1100 * 512),
            ByteRange.FromBounds(1600 * 512, TableImages.Sectors * 512),
        ]);

    private static RawFile MakeExt(ScratchFolder scratch)
    {
        OutsideTool.Require("mke2fs");
        RawFile disk = RawFile.Create(scratch.File("ext.img"), 8 << 20);
        OutsideTool.Run("mke2fs", "-q", "-F", "-t", "ext4", disk.Path).EnsureSuccess("mke2fs");
        return disk;
    }
}
