using ImagePrep.Guests;
using ImagePrep.Steps.Repartition;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Steps.Repartition;

/// <summary>Plans for disks that real tools made, judged by the same tools.</summary>
public sealed class RepartitionPlanTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly ScratchFolder _scratch = new();

    public static TheoryData<string, string, long[]> SfdiskLayouts => new()
    {
        {
            "cylinders, first partition at sector 63",
            "label: dos\nlabel-id: 0x1badcafe\nstart=63, size=32067, type=83, bootable\nstart=32130, size=16065, type=82\nstart=48195, size=64260, type=8e\n",
            [2048, 34816, 51200]
        },
        {
            "four primaries to the end of the disk",
            "label: dos\nstart=1, size=62, type=83\nstart=63, size=2048, type=c, bootable\nstart=2111, size=1, type=ef\nstart=2112, size=128960, type=fd\n",
            [2048, 4096, 6144, 8192]
        },
        {
            "numbers against disk order",
            "label: dos\n3: start=2049, size=2048, type=83\n1: start=9000, size=1000, type=82\n",
            [10240, 4096]
        },
        {
            "gaps stay where they fit",
            "label: dos\nstart=2048, size=2048, type=83\nstart=20481, size=2048, type=83\nstart=40960, size=2048, type=83\n",
            [2048, 22528, 40960]
        },
        {
            "Debian cloud, one sector off",
            "label: gpt\n14: start=2048, size=6144, type=21686148-6449-6E6F-744E-656564454649\n15: start=8193, size=40960, type=uefi\n1: start=49153, size=40000, name=\"root\", attrs=\"LegacyBIOSBootable GUID:59\"\n",
            [51200, 2048, 10240]
        },
    };

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(SfdiskLayouts))]
    public void Compose_TableOfSfdisk_ChangesOnlyPlaces(string name, string script, long[] startsByNumber)
    {
        using RawFile disk = PartitioningTools.MakeWithSfdisk(_scratch.File("before.img"), 64 * MiB, script);
        PartitionTable table = PartitionTable.Read(disk);

        RepartitionPlan plan = RepartitionPlan.Create(disk, table, new RepartitionOptions());
        using RawFile after = RawFile.Copy(_scratch.File("after.img"), plan.Compose(disk));

        PartitioningTools.Starts(after).OrderBy(p => p.Key).Select(p => p.Value).ShouldBe(startsByNumber, name);
        PartitioningTools.Verify(after, isGpt: table.Scheme == PartitionScheme.Gpt);
        PartitioningTools.DumpWithoutPlaces(after).ShouldBe(PartitioningTools.DumpWithoutPlaces(disk), name);
        table.Partitions.All(p => p.Alignment.IsAligned).ShouldBeFalse(name);
        plan.After.Partitions.All(p => p.Alignment.IsAligned).ShouldBeTrue(name);
    }

    [Fact]
    public void Compose_UnalignedTableOfSgdisk_IsSoundForSgdisk()
    {
        using RawFile disk = PartitioningTools.MakeWithSgdisk(
            _scratch.File("before.img"), 64 * MiB, "--set-alignment=1", "-n", "14:34:2047", "-t", "14:ef02", "-n", "15:2048:4000", "-t", "15:ef00", "-n", "1:4001:0", "-c", "1:root");

        RepartitionPlan plan = Plan(disk);
        using RawFile after = RawFile.Copy(_scratch.File("after.img"), plan.Compose(disk));

        PartitioningTools.Verify(after, isGpt: true);
        PartitioningTools.DumpWithoutPlaces(after).ShouldBe(PartitioningTools.DumpWithoutPlaces(disk));
        PartitioningTools.Starts(after).ShouldBe(new Dictionary<int, long> { [14] = 2048, [15] = 4096, [1] = 6144 }, ignoreOrder: true);
        after.Length.ShouldBe(66 * MiB);
    }

    [Fact]
    public void Compose_DiskBeyondTwoTiB_IsSoundForSgdisk()
    {
        using RawFile disk = PartitioningTools.MakeWithSgdisk(
            _scratch.File("before.img"), 3L << 40, "--set-alignment=1", "-n", "1:34:1000000", "-n", "2:5000000001:0");
        RepartitionPlan plan = Plan(disk);

        using RawFile after = RawFile.Create(_scratch.File("after.img"), plan.After.DiskLength);
        foreach (TableBytes part in plan.After.Serialize())
        {
            after.WriteAt(part.Offset, part.Bytes.Span);
        }

        PartitioningTools.Verify(after, isGpt: true);
        PartitioningTools.DumpWithoutPlaces(after).ShouldBe(PartitioningTools.DumpWithoutPlaces(disk));
        plan.After.Partitions.Select(p => p.FirstSector).ShouldBe([2048, 5_000_001_536]);
    }

    [Fact]
    public void Compose_FullDiskWithFewEntries_GrowsForTheSpecifiedBackupArea()
    {
        // Four entries need one sector, so sgdisk lets a partition end closer to the disk's end than the specification's minimum for the array.
        using RawFile disk = PartitioningTools.MakeWithSgdisk(_scratch.File("before.img"), 64 * MiB, "-S", "4", "--set-alignment=1", "-n", "1:2049:0");

        RepartitionPlan plan = Plan(disk);
        using RawFile after = RawFile.Copy(_scratch.File("after.img"), plan.Compose(disk));

        PartitioningTools.Verify(after, isGpt: true);
        PartitioningTools.DumpWithoutPlaces(after).ShouldBe(PartitioningTools.DumpWithoutPlaces(disk));
    }

    [Fact]
    public void Create_AlignedDisk_ChangesNothingAndComposesToTheBase()
    {
        using RawFile disk = PartitioningTools.MakeWithSfdisk(_scratch.File("before.img"), 64 * MiB, "label: gpt\nsize=4096\nsize=8192\n");

        RepartitionPlan plan = Plan(disk);

        plan.ChangesNothing.ShouldBeTrue();
        plan.Compose(disk).ShouldBeSameAs(disk);
        plan.After.ShouldBeSameAs(plan.Before);
        plan.Partitions.Count.ShouldBe(2);
        plan.Partitions.ShouldAllBe(move => !move.IsMove);
    }

    [Fact]
    public void Create_WholeDiskFileSystem_ChangesNothing()
    {
        OutsideTool.Require("mke2fs");
        using RawFile disk = RawFile.Create(_scratch.File("ext.img"), 8 * MiB);
        OutsideTool.Run("mke2fs", "-q", "-F", disk.Path).EnsureSuccess("mke2fs");

        RepartitionPlan plan = Plan(disk);

        plan.ChangesNothing.ShouldBeTrue();
        plan.Partitions.Single().To.ShouldBe(new ByteRange(0, disk.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4096)]
    [InlineData(512)]
    [InlineData(4097)]
    public void Create_BoundaryIsNotOne_IsMisuse(int boundary)
    {
        MemoryDevice disk = RandomLayouts.Mbr(1);

        Should.Throw<ArgumentException>(() => RepartitionPlan.Create(disk, PartitionTable.Read(disk), new RepartitionOptions { Boundary = boundary }))
            .Message.ShouldContain($"{boundary} bytes");
    }

    [Fact]
    public void Compose_AnotherDisk_IsMisuse()
    {
        MemoryDevice disk = RandomLayouts.Mbr(1);
        RepartitionPlan plan = Plan(disk);

        Should.Throw<ArgumentException>(() => plan.Compose(new MemoryDevice(new byte[disk.Length + 512])));
        Should.Throw<ArgumentException>(() => RepartitionPlan.Create(new MemoryDevice(new byte[512]), plan.Before, new RepartitionOptions()));
    }

    [Fact]
    public void Create_MisalignedDiskWithLogicals_MovesThemInTheirFrame()
    {
        using RawFile disk = PartitioningTools.MakeWithSfdisk(
            _scratch.File("before.img"),
            64 * MiB,
            "label: dos\nstart=63, size=1000, type=83\nstart=1063, size=20000, type=f\nstart=21063, size=500, type=82\nstart=1126, size=1000, type=83\nstart=8192, size=63, type=83\n");

        RepartitionPlan plan = Plan(disk);

        // One boundary before the first logical partition is the frame's; the second stays, and its record goes before it.
        plan.After.Partitions.Select(p => (p.Number, p.FirstSector, p.SectorCount)).ShouldBe(
            [(1, 2048, 1000), (2, 4096, 20000), (3, 24576, 500), (5, 6144, 1000), (6, 8192, 63)]);
        plan.After.TableRanges.Select(range => range.Start / 512).ShouldBe([0, 4096, 7144]);
        PartitionTable.Read(plan.Compose(disk)).Partitions.Select(p => p.Range).ShouldBe(plan.After.Partitions.Select(p => p.Range));
    }

    [Fact]
    public void Create_AlignedDiskWithLogicals_ChangesNothing()
    {
        using RawFile disk = PartitioningTools.MakeWithSfdisk(
            _scratch.File("before.img"), 64 * MiB, "label: dos\nsize=2048, type=83\ntype=f\nstart=8192, size=2048, type=83\n");

        Plan(disk).ChangesNothing.ShouldBeTrue();
    }

    [Fact]
    public void Create_MisalignedHybrid_IsRefusedByName()
    {
        using RawFile disk = PartitioningTools.MakeWithSgdisk(_scratch.File("before.img"), 64 * MiB, "--set-alignment=1", "-n", "1:2049:8191", "-h", "1");

        Should.Throw<UnsupportedImageException>(() => Plan(disk)).Structure.ShouldBe("hybrid MBR");
    }

    [Fact]
    public void Create_LoaderPartitionAtAFixedSector_Stays()
    {
        using RawFile disk = PartitioningTools.MakeWithSgdisk(
            _scratch.File("before.img"), 64 * MiB, "--set-alignment=1", "-n", "13:34:500", "-t", "13:5b193300-fc78-40cd-8002-e86c45580b47", "-n", "1:501:0");

        RepartitionPlan plan = Plan(disk);

        plan.Partitions.Select(move => (move.Partition.Number, move.To.Start / 512)).ShouldBe([(13, 34L), (1, 2048L)]);
    }

    [Fact]
    public void Create_LoaderPartitionInTheWay_IsRefusedByName()
    {
        using RawFile disk = PartitioningTools.MakeWithSgdisk(
            _scratch.File("before.img"), 64 * MiB, "--set-alignment=1", "-n", "1:34:2033", "-n", "13:2034:2500", "-t", "13:5b193300-fc78-40cd-8002-e86c45580b47");

        UnsupportedImageException refusal = Should.Throw<UnsupportedImageException>(() => Plan(disk));

        refusal.Message.ShouldContain("partition 13");
        refusal.Message.ShouldContain("sector 2034");
    }

    [Theory]
    [InlineData(64, 64 * 512, "3b8cdcfc", true)] // Rockchip.
    [InlineData(64, 64 * 512, "524b4e53", true)] // Rockchip, newer chips.
    [InlineData(64, 65 * 512, "524b4e53", false)]
    [InlineData(16, (16 * 512) + 4, "65474f4e2e425430", true)] // Allwinner.
    [InlineData(63, (256 * 512) + 4, "65474f4e2e425430", true)]
    [InlineData(63, (257 * 512) + 4, "65474f4e2e425430", false)]
    public void Create_PartitionThatHoldsWhatABootRomReads_Stays(int start, long place, string mark, bool stays)
    {
        using RawFile disk = PartitioningTools.MakeWithSfdisk(
            _scratch.File("before.img"), 64 * MiB, $"label: dos\nstart={start}, size=1000, type=83\nstart=3000, size=1000, type=83\n");
        disk.WriteAt(place, Convert.FromHexString(mark));

        Plan(disk).Partitions.Select(move => move.To.Start / 512).ShouldBe(stays ? [start, 4096L] : [2048L, 4096L]);
    }

    [Fact]
    public void Create_MbrWouldPassTwoTiB_IsRefused()
    {
        using RawFile disk = PartitioningTools.MakeWithSfdisk(
            _scratch.File("before.img"), (2L << 40) + (4 * MiB), "label: dos\nstart=63, size=1000, type=83\nstart=4294960000, size=7295, type=83\n");

        Should.Throw<UnsupportedImageException>(() => Plan(disk)).Kind.ShouldBe(UnsupportedKind.Limit);
    }

    private static RepartitionPlan Plan(IBlockReader disk) => RepartitionPlan.Create(disk, DiskLayout.Read(disk).Table, new RepartitionOptions());
}
