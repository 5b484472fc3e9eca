using System.Buffers.Binary;
using ImagePrep.Steps;
using ImagePrep.Steps.Repartition;
using ImagePrep.Steps.Repartition.BootLoaders;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Steps.Repartition;

/// <summary>Boot loaders that name sectors: found where they would break, let alone where they would not.</summary>
public sealed class BootLoaderTests
{
    private const int Sectors = 8192;
    private const int Moving = 63; // Partition 1: 63 + 1000, must move.
    private const int Staying = 4096; // Partition 2: 4096 + 1000, is aligned.

    [Fact]
    public void Create_GrubInTheBootGap_IsPlanned()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: 1, (2, 52));

        Plan(disk).ChangesNothing.ShouldBeFalse();
    }

    [Fact]
    public void Create_GrubCoreInPartitionThatStays_IsPlanned()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: Staying, (Staying + 1, 52));

        Plan(disk).ChangesNothing.ShouldBeFalse();
    }

    [Fact]
    public void Compose_GrubCoreInPartitionThatMoves_IsFoundAtItsNewPlace()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: Moving + 100, (Moving + 101, 10), (Moving + 300, 42));

        IBlockReader composed = Compose(disk, patches: 3);

        UInt64(composed, 0x5C).ShouldBe(2048u + 100);
        UInt64(composed, ((2048 + 100) * 512) + 0x1F4).ShouldBe(2048u + 101);
        UInt64(composed, ((2048 + 100) * 512) + 0x1E8).ShouldBe(2048u + 300);
    }

    [Fact]
    public void Compose_GrubInTheBootSectorOfPartitionThatMoves_IsPatchedThere()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: Moving, core: Moving + 300, (Moving + 301, 60));

        IBlockReader composed = Compose(disk, patches: 2);
        StepOutcome outcome = RepartitionOutcome.Of(Plan(disk));

        outcome.Result.ShouldBe(StepResult.Changed);
        outcome.Patches.Select(patch => (patch.Sector, patch.Byte, patch.Was, patch.Now)).ShouldBe(
            [(2048, 0x5C, Moving + 300, 2348), (2348, 0x1F4, Moving + 301, 2349)]);
        outcome.Patches[0].What.ShouldStartWith("first sector of GRUB's core.img, in the boot sector of partition 1");
        outcome.Patches[1].What.ShouldBe("sector from which GRUB's core.img goes on (60 sectors), in its block list");
        UInt64(composed, (2048 * 512) + 0x5C).ShouldBe(2048u + 300);
        UInt64(composed, ((2048 + 300) * 512) + 0x1F4).ShouldBe(2048u + 301);
    }

    [Fact]
    public void Compose_TwoBootSectorsShareACore_PatchesItOnce()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: Moving + 300, (Moving + 301, 60));
        Grub2(disk, sector: Moving, core: Moving + 300, (Moving + 301, 60));

        Compose(disk, patches: 3);
    }

    [Fact]
    public void Compose_CoreScatteredOverGapAndPartitions_FollowsEachPart()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: 1, (2, 10), (Moving + 40, 24), (Staying + 8, 4));

        IBlockReader composed = Compose(disk, patches: 1);

        UInt64(composed, 512 + 0x1F4).ShouldBe(2u);
        UInt64(composed, 512 + 0x1E8).ShouldBe(2048u + 40);
        UInt64(composed, 512 + 0x1DC).ShouldBe(Staying + 8u);
    }

    [Theory]
    [InlineData(40, 24, "has 24 sectors at 40 that do not move together")]
    [InlineData(Moving + 990, 20, "has 20 sectors at 1053 that do not move together")]
    [InlineData(8190, 5, "continues at sector 8190, which the disk does not have")]
    public void Create_GrubBlockListThatCannotFollow_IsRefusedByName(ulong first, ushort count, string reason)
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: 1, (2, 10), (first, count));

        Refused(disk).ShouldContain(reason);
    }

    [Theory]
    [InlineData(2000, 2001, "has a sector at 2000")]
    [InlineData(1, 2001, "has 4 sectors at 2001")]
    [InlineData(1, Sectors - 4, "has 4 sectors at 8188")]
    public void Create_GrubCoreOutsidePartitionsWhileOneMoves_IsRefusedByName(ulong core, ulong rest, string reason)
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core, (rest, 4));

        Refused(disk).ShouldContain($"{reason}, outside all partitions, where nothing is kept when partitions move");
    }

    [Fact]
    public void Create_GrubCoreOutsidePartitionsOfAnAlignedDisk_ChangesNothing()
    {
        byte[] disk = AlignedDisk();
        Grub2(disk, sector: 0, core: 3500, (3501, 4));

        Plan(disk).ChangesNothing.ShouldBeTrue();
    }

    [Fact]
    public void GrubCores_OfADisk_KnowTheirSectorsAndWhoTookThem()
    {
        byte[] disk = AlignedDisk();
        Grub2(disk, sector: 0, core: 3500, (3501, 4), (3600, 2));
        Grub2(disk, sector: Staying, core: Staying + 2, (Staying + 3, 1));
        PartitionTable table = PartitionTable.Read(new MemoryDevice(disk));
        GrubCores cores = GrubCores.On(new MemoryDevice([.. disk]), table);

        cores.Sectors.Select(range => (range.Start / 512, range.Length / 512)).ShouldBe([(3500, 1), (3501, 4), (3600, 2), (Staying + 2, 1), (Staying + 3, 1)]);
        cores.FirstDamagedOn(new MemoryDevice(disk)).ShouldBeNull();
        cores.RequireUntouchedOn(new MemoryDevice(disk));

        disk[(3601 * 512) + 511] ^= 1;
        cores.FirstDamagedOn(new MemoryDevice(disk)).ShouldBe("the MBR");
        Should.Throw<UnsupportedImageException>(() => cores.RequireUntouchedOn(new MemoryDevice(disk))).Message.ShouldContain("GRUB in the MBR loads core.img");

        // A list that is gone, or has become one that leads anywhere, is damage too.
        disk.AsSpan(3500 * 512, 512).Fill(0xFF);
        cores.FirstDamagedOn(new MemoryDevice(disk)).ShouldBe("the MBR");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Compose_GrubInTheBootRecordOfAnExtendedPartition_IsPatchedThere(bool firstRecordHoldsALinkOnly)
    {
        byte[] disk = ExtendedDisk(firstRecordHoldsALinkOnly, out int logical);
        Grub2(disk, sector: Moving, core: (ulong)logical + 100, ((ulong)logical + 101, 10));

        RepartitionPlan plan = Plan(disk);
        IBlockReader composed = plan.Compose(new MemoryDevice(disk));

        plan.Patches.Select(patch => patch.Number.Now).ShouldBe([4196u, 4197u]);
        plan.Patches[0].What.ShouldStartWith("first sector of GRUB's core.img, in the boot record of partition 1");
        UInt64(composed, (2048 * 512) + 0x5C).ShouldBe(4196u);
        UInt64(composed, (4196 * 512) + 0x1F4).ShouldBe(4197u);
    }

    [Fact]
    public void Outcome_ExtendedPartitionThatMovesAndGrows_IsTold()
    {
        byte[] disk = ExtendedDisk(firstRecordHoldsALinkOnly: false, out _);

        RepartitionOutcome.Of(Plan(disk)).Reason.ShouldBe(
            "partition 1 from sector 63 to 2048, grows from 3000 to 3048 sectors; partition 5 from sector 126 to 4096; partition 2 from sector 4096 to 6144");
    }

    [Fact]
    public void Create_LiloInTheBootRecordOfAnExtendedPartition_IsRefusedByName()
    {
        byte[] disk = ExtendedDisk(firstRecordHoldsALinkOnly: false, out _);
        "LILO"u8.CopyTo(disk.AsSpan((Moving * 512) + 6));

        Refused(disk).ShouldContain("LILO in the boot record of partition 1");
    }

    [Theory]
    [InlineData(200, "inside partition 5")]
    [InlineData(3500, "outside all partitions")]
    public void Create_GrubLegacyInTheBootRecordOfAnExtendedPartition_IsRefusedByName(uint stage2, string reason)
    {
        byte[] disk = ExtendedDisk(firstRecordHoldsALinkOnly: false, out _);
        GrubLegacy(disk.AsSpan(Moving * 512), stage2);

        string message = Refused(disk);
        message.ShouldContain("GRUB legacy in the boot record of partition 1");
        message.ShouldContain(reason);
    }

    [Fact]
    public void Create_GrubCoreLargerThanMemory_IsRefusedByName()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: 1, (Staying + 1, 700), (Staying + 1, 700));

        Refused(disk).ShouldContain("more than the 1280 sectors");
    }

    [Fact]
    public void Create_GrubPointsIntoPartitionThatMovesButThereIsNoCore_IsRefusedByName()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: Moving + 100);
        disk.AsSpan((Moving + 100) * 512, 512).Clear();

        Refused(disk).ShouldContain($"GRUB in the MBR loads core.img from sector {Moving + 100}, inside partition 1 (Linux), which moves, but there is no core.img");
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData((ulong)Sectors)]
    public void Create_GrubPointsNowhere_IsPlanned(ulong core)
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core);

        Plan(disk).ChangesNothing.ShouldBeFalse();
    }

    [Fact]
    public void Create_GrubBlockListOfRubbish_EndsAndIsRefusedOrPlanned()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: 1);
        disk.AsSpan(512, 512).Fill(0xFF);

        Plan(disk).ChangesNothing.ShouldBeFalse();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(Staying + 5, false)]
    [InlineData(Moving + 5, true)]
    public void Create_GrubLegacy_IsRefusedWhereStage2Moves(uint stage2, bool refused)
    {
        byte[] disk = Disk();
        GrubLegacy(disk, stage2);

        if (refused)
        {
            Refused(disk).ShouldContain("GRUB legacy in the MBR");
        }
        else
        {
            Plan(disk).ChangesNothing.ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData(0, "the MBR")]
    [InlineData(Moving, "the boot sector of partition 1")]
    [InlineData(Staying, "the boot sector of partition 2")]
    public void Create_Lilo_IsRefusedByName(int sector, string place)
    {
        byte[] disk = Disk();
        "LILO"u8.CopyTo(disk.AsSpan((sector * 512) + 6));

        Refused(disk).ShouldContain($"LILO in {place}");
    }

    [Fact]
    public void Create_LiloOnAnAlignedDisk_ChangesNothing()
    {
        byte[] disk = Disk();
        "LILO"u8.CopyTo(disk.AsSpan(6));
        BinaryPrimitives.WriteUInt32LittleEndian(disk.AsSpan(0x1BE + 8), 2048);

        Plan(disk).ChangesNothing.ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(Staying, 0)]
    [InlineData(Moving + 8, 2)]
    public void Compose_GrubImagesOfTheDistribution_AreFollowed(int core, int patches)
    {
        byte[] disk = Disk();
        GrubImages.Install(disk, core).ShouldBeLessThan(62);
        Compose(disk, patches);
    }

    [Theory]
    [InlineData(1, 2, 52, 54)]
    [InlineData(Staying, Staying + 1, 52, 1)]
    public void UnusedBootGap_OfADiskThatGrubStarts_IsWhatItDoesNotList(ulong core, ulong rest, ushort count, int unusedFrom)
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core, (rest, count));

        UnusedBootGap(disk).ShouldBe([ByteRange.FromBounds(unusedFrom * 512, Moving * 512)]);
    }

    [Fact]
    public void UnusedBootGap_BetweenPiecesOfCore_IsFound()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: 3, (10, 4), (20, 43));

        UnusedBootGap(disk).ShouldBe([new ByteRange(512, 1024), new ByteRange(4 * 512, 6 * 512), new ByteRange(14 * 512, 6 * 512)]);
    }

    [Theory]
    [InlineData(false, 2)] // Perhaps U-Boot.
    [InlineData(true, 8190)] // A list that leads outside the disk.
    [InlineData(true, 0)] // No list.
    public void UnusedBootGap_WhereNobodyKnowsWhatIsNeeded_IsNothing(bool isGrub, ulong rest)
    {
        byte[] disk = Disk();
        if (isGrub)
        {
            Grub2(disk, sector: 0, core: 1, rest == 0 ? [] : [(rest, 52)]);
        }

        UnusedBootGap(disk).ShouldBeEmpty();
    }

    private static IReadOnlyList<ByteRange> UnusedBootGap(byte[] bytes)
    {
        MemoryDevice disk = new(bytes);
        PartitionTable table = PartitionTable.Read(disk);
        return BootGap.UnusedOf(table, GrubCores.On(disk, table));
    }

    private static void GrubLegacy(Span<byte> boot, uint stage2)
    {
        "GRUB \0Geom\0"u8.CopyTo(boot[0x17F..]);
        boot[0x3E] = 3;
        boot[0x3F] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(boot[0x44..], stage2);
    }

    /// <summary>The first partition from 2048 on.</summary>
    private static byte[] AlignedDisk()
    {
        byte[] disk = Disk();
        Entry(disk, 0, 2048);
        return disk;
    }

    /// <summary>The first partition is an extended one; the logical one in it goes to sector 4096, and the frame to 2048.</summary>
    private static byte[] ExtendedDisk(bool firstRecordHoldsALinkOnly, out int logical)
    {
        const int link = 100;
        byte[] disk = Disk();
        Record(disk, 0, 0, type: 5, Moving, 3000);
        int record = firstRecordHoldsALinkOnly ? Moving + link : Moving;
        logical = record + 63;
        if (firstRecordHoldsALinkOnly)
        {
            Record(disk, Moving, 1, type: 5, link, 1063);
        }

        Record(disk, record, 0, type: 0x83, 63, 1000);
        return disk;
    }

    private static void Record(byte[] disk, int sector, int slot, byte type, uint first, uint count)
    {
        Span<byte> bytes = disk.AsSpan(sector * 512, 512);
        Span<byte> entry = bytes[(0x1BE + (slot * 16))..];
        entry[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], first);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], count);
        (bytes[510], bytes[511]) = (0x55, 0xAA);
    }

    private static byte[] Disk()
    {
        byte[] disk = new byte[Sectors * 512];
        Entry(disk, 0, Moving);
        Entry(disk, 1, Staying);
        (disk[510], disk[511]) = (0x55, 0xAA);
        return disk;
    }

    private static void Entry(byte[] disk, int slot, uint first)
    {
        Span<byte> entry = disk.AsSpan(0x1BE + (slot * 16), 16);
        entry[4] = 0x83;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], first);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], 1000);
    }

    /// <summary>boot.img in a sector and core.img's first sector with its list, laid out as grub-install leaves them.</summary>
    private static void Grub2(byte[] disk, int sector, ulong core, params (ulong First, ushort Count)[] blocks)
    {
        Span<byte> boot = disk.AsSpan(sector * 512, 512);
        BinaryPrimitives.WriteUInt16LittleEndian(boot[0x5A..], 0x8000);
        BinaryPrimitives.WriteUInt64LittleEndian(boot[0x5C..], core);
        "GRUB \0Geom\0Hard Disk\0Read\0 Error\r\n"u8.CopyTo(boot[0x180..]);
        if (core < Sectors)
        {
            "loading\0.\0\r\n\0Geom\0Read\0 Error\0"u8.CopyTo(disk.AsSpan(((int)core * 512) + 0x11B));
        }

        for (int i = 0; i < blocks.Length; i++)
        {
            Span<byte> record = disk.AsSpan(((int)core * 512) + 0x1F4 - (i * 12), 12);
            BinaryPrimitives.WriteUInt64LittleEndian(record, blocks[i].First);
            BinaryPrimitives.WriteUInt16LittleEndian(record[8..], blocks[i].Count);
            BinaryPrimitives.WriteUInt16LittleEndian(record[10..], 0x820);
        }
    }

    private static RepartitionPlan Plan(byte[] bytes)
    {
        MemoryDevice disk = new(bytes);
        return RepartitionPlan.Create(disk, PartitionTable.Read(disk), new RepartitionOptions());
    }

    private static IBlockReader Compose(byte[] disk, int patches)
    {
        RepartitionPlan plan = Plan(disk);
        plan.Patches.Count.ShouldBe(patches);
        return plan.Compose(new MemoryDevice(disk));
    }

    private static ulong UInt64(IBlockReader disk, long offset) => BinaryPrimitives.ReadUInt64LittleEndian(disk.ReadBytes(offset, 8));

    private static string Refused(byte[] disk)
    {
        UnsupportedImageException refusal = Should.Throw<UnsupportedImageException>(() => Plan(disk));
        refusal.Kind.ShouldBe(UnsupportedKind.Feature);
        return refusal.Message;
    }
}
