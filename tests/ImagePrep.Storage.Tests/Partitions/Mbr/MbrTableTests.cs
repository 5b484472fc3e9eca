using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;
using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Storage.Tests.Partitions.Mbr;

public sealed class MbrTableTests
{
    [Fact]
    public void Read_TwoPrimaries_GivesEveryField()
    {
        PartitionTable table = Read(TableImages.Mbr());

        table.Scheme.ShouldBe(PartitionScheme.Mbr);
        table.SectorSize.ShouldBe(512);
        table.DiskId.ShouldBe("12345678");
        table.Findings.ShouldBeEmpty();
        table.Partitions.Select(p => (p.Number, p.Type.Id, p.FirstSector, p.SectorCount, p.IsActive))
            .ShouldBe([(1, "83", 63, 1000, true), (2, "82", 1100, 500, false)]);
        table.Partitions[0].Range.ShouldBe(new ByteRange(63 * 512, 1000 * 512));
    }

    [Fact]
    public void Read_ExtendedPartition_ListsLogicalsFrom5On()
    {
        PartitionTable table = Read(TableImages.MbrWithLogicals());

        table.Partitions.Select(p => (p.Number, p.Kind, p.FirstSector, p.SectorCount)).ShouldBe(
        [
            (1, PartitionKind.Primary, 63, 1000),
            (2, PartitionKind.Extended, 2000, 2000),
            (5, PartitionKind.Logical, 2063, 100),
            (6, PartitionKind.Logical, 2400, 200),
        ]);
        table.TableRanges.ShouldBe([new ByteRange(0, 512), new ByteRange(2000 * 512, 512), new ByteRange(2300 * 512, 512)]);
    }

    [Fact]
    public void Relocate_OnePartition_ChangesItsPlaceAndNothingElse()
    {
        byte[] before = TableImages.Mbr();
        new Random(1).NextBytes(before.AsSpan(0, MbrSector.Offsets.DiskSignature)); // Boot code.
        TableImages.EntryOf(before, 0, 1)[MbrEntry.Offsets.FirstChs] = 0x77; // An odd geometry, in the entry that stays.
        PartitionTable moved = Read(before).Relocate(new Dictionary<int, long> { [1] = 64 }, before.Length);

        byte[] after = moved.Serialize().Single().Bytes.ToArray();

        byte[] expected = before[..512];
        Span<byte> entry = TableImages.EntryOf(expected, 0, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[MbrEntry.Offsets.FirstSector..], 64);
        ChsAddress.FromSector(64, ChsAddress.BeyondReach).WriteTo(entry[MbrEntry.Offsets.FirstChs..]);
        ChsAddress.FromSector(1063, ChsAddress.BeyondReach).WriteTo(entry[MbrEntry.Offsets.LastChs..]);
        after.ShouldBe(expected);
        moved.Partitions[0].FirstSector.ShouldBe(64);
        moved.Partitions[1].RawEntry.ToArray().ShouldBe(Read(before).Partitions[1].RawEntry.ToArray());
    }

    [Fact]
    public void Serialize_AsRead_GivesTheSameBytes()
    {
        byte[] disk = TableImages.Mbr();

        Read(disk).Serialize().Single().Bytes.ToArray().ShouldBe(disk[..512]);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 200)]
    [InlineData(2, 1000)]
    [InlineData(2, TableImages.Sectors - 499)]
    public void Relocate_PlaceTakenOrOutside_IsMisuse(int number, long first) => Should.Throw<ArgumentException>(
        () => Read(TableImages.Mbr()).Relocate(new Dictionary<int, long> { [number] = first }, TableImages.Sectors * 512));

    [Fact]
    public void Relocate_BeyondTwoTiB_IsRefused()
    {
        UnsupportedImageException refusal = Should.Throw<UnsupportedImageException>(
            () => Read(TableImages.Mbr()).Relocate(new Dictionary<int, long> { [2] = uint.MaxValue - 100 }, 4L << 40));

        refusal.Kind.ShouldBe(UnsupportedKind.Limit);
        refusal.Message.ShouldContain("GPT");
    }

    [Fact]
    public void Relocate_ShorterDisk_IsMisuse() =>
        Should.Throw<ArgumentException>(() => Read(TableImages.Mbr()).Relocate(new Dictionary<int, long>(), 4095 * 512));

    [Fact]
    public void Relocate_TwoExtendedPartitions_IsRefusedByName()
    {
        byte[] disk = TableImages.MbrWithLogicals();
        TableImages.EntryOf(disk, 0, 0)[MbrEntry.Offsets.Type] = MbrTypes.Extended;

        UnsupportedImageException refusal = Should.Throw<UnsupportedImageException>(
            () => Read(disk).Relocate(new Dictionary<int, long> { [1] = 64 }, TableImages.Sectors * 512));

        refusal.Kind.ShouldBe(UnsupportedKind.Feature);
        refusal.Message.ShouldContain("2 extended partitions");
    }

    [Fact]
    public void Read_SeveralActive_IsReported()
    {
        byte[] disk = TableImages.Mbr();
        TableImages.EntryOf(disk, 0, 1)[MbrEntry.Offsets.Status] = 0x80;

        Read(disk).Findings.Single().Kind.ShouldBe(TableFindingKind.SeveralActive);
    }

    [Fact]
    public void Read_ExtendedWithoutRecord_IsEmptyAndReported()
    {
        byte[] disk = TableImages.MbrWithLogicals();
        disk[(2000 * 512) + 510] = 0;

        PartitionTable table = Read(disk);

        table.Partitions.Select(p => p.Number).ShouldBe([1, 2]);
        table.Findings.Single().Kind.ShouldBe(TableFindingKind.EmptyExtended);
    }

    [Fact]
    public void Read_PartitionEndsBeyondDisk_IsCorrupt() =>
        Corrupt(CorruptKind.Truncated, disk => TableImages.SetEntry(disk, 0, 1, 0, 0x83, 4000, 97)).ShouldContain("97 sectors from 4000");

    [Fact]
    public void Read_PartitionBeginsBeyondDisk_IsCorrupt() =>
        Corrupt(CorruptKind.Truncated, disk => TableImages.SetEntry(disk, 0, 1, 0, 0x83, uint.MaxValue, uint.MaxValue));

    [Fact]
    public void Read_PartitionsOverlap_IsCorrupt() =>
        Corrupt(CorruptKind.Overlap, disk => TableImages.SetEntry(disk, 0, 1, 0, 0x83, 1062, 10)).ShouldContain("sector 1062");

    [Fact]
    public void Read_UnusedTypeWithSectors_IsCorrupt() =>
        Corrupt(CorruptKind.Inconsistent, disk => TableImages.SetEntry(disk, 0, 2, 0, 0, 2000, 10)).ShouldContain("entry 3");

    [Fact]
    public void Read_PartitionContainsTheTable_IsUnsupported()
    {
        byte[] disk = TableImages.Mbr();
        TableImages.SetEntry(disk, 0, 2, 0, 0x17, 0, 10);

        UnsupportedImageException refusal = Should.Throw<UnsupportedImageException>(() => Read(disk));

        refusal.Kind.ShouldBe(UnsupportedKind.Feature);
        refusal.Message.ShouldContain("ISO hybrid");
    }

    [Fact]
    public void Read_ChainLoops_IsCorrupt() =>
        Corrupt(CorruptKind.Loop, disk => TableImages.SetEntry(disk, 2300, 1, 0, 5, 300, 300), TableImages.MbrWithLogicals());

    [Fact]
    public void Read_ChainIsEndless_StopsAtTheLimit()
    {
        byte[] disk = new byte[TableImages.Sectors * 512];
        TableImages.SetEntry(disk, 0, 0, 0, 5, 1, TableImages.Sectors - 1);
        TableImages.Sign(disk, 0);
        for (uint sector = 1; sector < TableImages.Sectors - 1; sector++)
        {
            TableImages.SetEntry(disk, sector, 1, 0, 5, sector, 1);
            TableImages.Sign(disk, sector);
        }

        Should.Throw<CorruptImageException>(() => Read(disk)).Kind.ShouldBe(CorruptKind.Loop);
    }

    [Fact]
    public void Read_SecondRecordUnsigned_IsCorrupt() =>
        Corrupt(CorruptKind.BadMagic, disk => disk[(2300 * 512) + 511] = 0, TableImages.MbrWithLogicals()).ShouldContain("sector 2300");

    [Theory]
    [InlineData(1u, 0u)]
    [InlineData(500u, 1501u)]
    [InlineData(2000u, 1u)]
    [InlineData(uint.MaxValue, 1u)]
    public void Read_LogicalLeavesTheExtended_IsCorrupt(uint first, uint count) => Corrupt(
        CorruptKind.OutOfRange,
        disk => TableImages.SetEntry(disk, 2000, count == 0 ? 1 : 0, 0, count == 0 ? (byte)5 : (byte)0x83, count == 0 ? 2000 : first, Math.Max(count, 1)),
        TableImages.MbrWithLogicals());

    [Fact]
    public void Read_TwoLinks_IsCorrupt() =>
        Corrupt(CorruptKind.Inconsistent, disk => TableImages.SetEntry(disk, 2000, 0, 0, 5, 500, 10), TableImages.MbrWithLogicals());

    [Fact]
    public void Read_RecordInsideLogical_IsCorrupt() =>
        Corrupt(CorruptKind.Overlap, disk => TableImages.SetEntry(disk, 2000, 0, 0, 0x83, 63, 300), TableImages.MbrWithLogicals()).ShouldContain("2300");

    [Fact]
    public void Read_LogicalsOverlap_IsCorrupt()
    {
        Corrupt(
            CorruptKind.Overlap,
            disk =>
            {
                TableImages.SetEntry(disk, 2000, 1, 0, 5, 10, 300);
                TableImages.SetEntry(disk, 2010, 0, 0, 0x83, 100, 10);
                TableImages.Sign(disk, 2010);
            },
            TableImages.MbrWithLogicals());
    }

    [Fact]
    public void Read_RecordUsesThirdEntry_IsUnsupported()
    {
        byte[] disk = TableImages.MbrWithLogicals();
        TableImages.SetEntry(disk, 2000, 2, 0, 0x83, 200, 10);

        Should.Throw<UnsupportedImageException>(() => Read(disk)).Message.ShouldContain("entry 3");
    }

    private static PartitionTable Read(byte[] disk) => PartitionTable.Read(TableImages.Disk(disk));

    private static string Corrupt(CorruptKind kind, Action<byte[]> change, byte[]? disk = null)
    {
        disk ??= TableImages.Mbr();
        Read(disk); // The change alone is what is refused.
        change(disk);
        CorruptImageException refusal = Should.Throw<CorruptImageException>(() => Read(disk));
        refusal.Kind.ShouldBe(kind);
        return refusal.Message;
    }
}
