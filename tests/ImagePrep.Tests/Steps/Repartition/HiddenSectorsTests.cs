using System.Buffers.Binary;
using ImagePrep.Steps.Repartition;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Steps.Repartition;

/// <summary>FAT file systems made by mkfs.fat, moved with their partition.</summary>
public sealed class HiddenSectorsTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const int First = 63;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(12, 2, 512, 1)]
    [InlineData(16, 20, 512, 1)]
    [InlineData(32, 40, 512, 2)]
    public void Compose_FatMoves_HiddenSectorsFollow(int width, int sizeMiB, int sectorSize, int copies)
    {
        using RawFile disk = MakeDisk(width, sizeMiB, sectorSize, hidden: First);
        RepartitionPlan plan = Plan(disk);

        plan.Patches.Count.ShouldBe(copies);
        IBlockReader composed = plan.Compose(disk);

        Hidden(composed, MiB).ShouldBe(2048u);
        if (copies == 2)
        {
            Hidden(composed, MiB + (6 * 512)).ShouldBe(2048u);
        }

        Hidden(disk, First * 512).ShouldBe((uint)First); // The base is as it was.
        using RawFile volume = RawFile.Copy(_scratch.File("volume.img"), new BlockSlice(composed, plan.Partitions[0].To));
        OutsideTool.Run("fsck.fat", "-n", volume.Path).EnsureSuccess("fsck.fat -n");
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(64u)]
    public void Compose_HiddenSectorsWereWrongBefore_AreLeft(uint hidden)
    {
        using RawFile disk = MakeDisk(32, 40, 512, hidden);
        RepartitionPlan plan = Plan(disk);

        plan.Patches.ShouldBeEmpty();
        Hidden(plan.Compose(disk), MiB).ShouldBe(hidden);
    }

    [Fact]
    public void Create_FatOfLargeSectors_CountsInEither()
    {
        // A partition at byte 4096 * 10: sector 80 of the disk, sector 10 of the file system.
        using RawFile disk = PartitioningTools.MakeWithSfdisk(_scratch.File("disk.img"), 64 * MiB, "label: dos\nstart=80, size=40960, type=c\n");
        WriteFat(disk, 80, 12, 8, sectorSize: 4096, hidden: 10);

        Hidden(Plan(disk).Compose(disk), MiB).ShouldBe(256u);
    }

    [Fact]
    public void Compose_PatchedBytesDiffer_IsMisuse()
    {
        using RawFile disk = MakeDisk(32, 40, 512, hidden: First);
        RepartitionPlan plan = Plan(disk);
        disk.WriteAt((First * 512) + 0x1C, [1, 2, 3, 4]);

        Should.Throw<ArgumentException>(() => plan.Compose(disk)).Message.ShouldContain("hidden sectors of partition 1");
    }

    private RawFile MakeDisk(int width, int sizeMiB, int sectorSize, uint hidden)
    {
        RawFile disk = PartitioningTools.MakeWithSfdisk(
            _scratch.File("disk.img"), 64 * MiB, $"label: dos\nstart={First}, size={sizeMiB * 2048}, type=c, bootable\n");
        WriteFat(disk, First, width, sizeMiB, sectorSize, hidden);
        return disk;
    }

    private void WriteFat(RawFile disk, int firstSector, int width, int sizeMiB, int sectorSize, uint hidden)
    {
        OutsideTool.Require("mkfs.fat");
        using RawFile volume = RawFile.Create(_scratch.File("fat.img"), sizeMiB * MiB);
        OutsideTool.Run("mkfs.fat", "-F", $"{width}", "-S", $"{sectorSize}", "-h", $"{hidden}", volume.Path).EnsureSuccess("mkfs.fat");
        disk.WriteAt((long)firstSector * 512, volume.ReadBytes(0, (int)volume.Length));
    }

    private static uint Hidden(IBlockReader disk, long partition) => BinaryPrimitives.ReadUInt32LittleEndian(disk.ReadBytes(partition + 0x1C, 4));

    private static RepartitionPlan Plan(IBlockReader disk) => RepartitionPlan.Create(disk, PartitionTable.Read(disk), new RepartitionOptions());
}
