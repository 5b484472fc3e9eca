using System.Buffers.Binary;
using ImagePrep.Steps.Repartition;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Steps.Repartition;

/// <summary>FAT, NTFS and exFAT made by their tools, moved with their partition.</summary>
public sealed class VolumeStartTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const int First = 63;
    private const int Logical = 4096;

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

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Compose_FatWithMoreTables_HiddenSectorsFollow(int tables)
    {
        OutsideTool.Require("mkfs.fat");
        using RawFile disk = MakeDisk(type: 6, 20, volume => OutsideTool.Run("mkfs.fat", "-F", "16", "-f", $"{tables}", "-h", $"{First}", volume));

        Hidden(Plan(disk).Compose(disk), MiB).ShouldBe(2048u);
    }

    [Theory]
    [InlineData(63u, 2048u)] // From its boot record, as DOS counts.
    [InlineData(126u, 4096u)] // From the beginning of the disk.
    [InlineData(64u, 64u)] // Wrong.
    public void Compose_FatInLogicalPartitionMoves_HiddenSectorsKeepTheirOrigin(uint was, uint now)
    {
        using RawFile disk = PartitioningTools.MakeWithSfdisk(
            _scratch.File("disk.img"), 64 * MiB, "label: dos\nstart=63, size=60000, type=5\nstart=126, size=8192, type=1\n");
        WriteFat(disk, 126, 12, 4, 512, was);

        RepartitionPlan plan = Plan(disk);
        IBlockReader composed = plan.Compose(disk);

        plan.Partitions.Single(move => move.Partition.Number == 5).To.Start.ShouldBe(Logical * 512L);
        Hidden(composed, Logical * 512L).ShouldBe(now);
        plan.Patches.Count.ShouldBe(was == now ? 0 : 1);
        if (was == First)
        {
            // As the record itself says it.
            BinaryPrimitives.ReadUInt32LittleEndian(composed.ReadBytes(((Logical - now) * 512L) + 0x1BE + 8, 4)).ShouldBe(now);
        }
    }

    [Fact]
    public void Create_NtfsWithSectorsLargerThanItsPartition_IsPlanned()
    {
        using RawFile disk = PartitioningTools.MakeWithSfdisk(_scratch.File("disk.img"), 64 * MiB, $"label: dos\nstart={First}, size=40, type=7\n");
        disk.WriteAt((First * 512) + 3, "NTFS    "u8);
        disk.WriteAt((First * 512) + 0x0B, [0x00, 0x80]);
        disk.WriteAt((First * 512) + 0x28, [1]);

        Plan(disk).Patches.ShouldBeEmpty();
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

        Should.Throw<ArgumentException>(() => plan.Compose(disk)).Message.ShouldContain("sectors before the file system, in the FAT boot sector of partition 1");
    }

    [Fact]
    public void Compose_NtfsDataMoves_BothBootSectorsFollow()
    {
        OutsideTool.Require("mkfs.ntfs", "ntfsfix");
        using RawFile disk = MakeDisk(type: 7, 8, volume => OutsideTool.Run("mkfs.ntfs", "-F", "-q", "-Q", "-s", "512", "-p", $"{First}", volume));

        RepartitionPlan plan = Plan(disk);
        IBlockReader composed = plan.Compose(disk);

        plan.Patches.Count.ShouldBe(2);
        Hidden(composed, MiB).ShouldBe(2048u);
        Hidden(composed, MiB + (8 * MiB) - 512).ShouldBe(2048u);
        using RawFile volume = RawFile.Copy(_scratch.File("volume.img"), new BlockSlice(composed, plan.Partitions[0].To));
        OutsideTool.Run("ntfsfix", "-n", volume.Path).EnsureSuccess("ntfsfix -n");
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(64u)]
    public void Create_ExFatOffsetWasNotTheRightOne_IsLeft(uint offset)
    {
        using RawFile disk = MakeExFat(offset);

        Plan(disk).Patches.ShouldBeEmpty();
    }

    [Fact]
    public void Compose_ExFatMoves_PartitionOffsetAndChecksumFollow()
    {
        using RawFile disk = MakeExFat(First);

        RepartitionPlan plan = Plan(disk);
        IBlockReader composed = plan.Compose(disk);

        plan.Patches.Count.ShouldBe(4);
        plan.Patches[0].Number.ShouldBe(new PatchedNumber(First, 2048));
        plan.Patches[1].Number.Now.ShouldBe(BinaryPrimitives.ReadUInt32LittleEndian(composed.ReadBytes(MiB + (11 * 512), 4)));
        plan.Patches[1].Number.Was.ShouldBe(BinaryPrimitives.ReadUInt32LittleEndian(disk.ReadBytes((First + 11) * 512, 4)));
        BinaryPrimitives.ReadUInt64LittleEndian(composed.ReadBytes(MiB + 0x40, 8)).ShouldBe(2048u);
        BinaryPrimitives.ReadUInt64LittleEndian(composed.ReadBytes(MiB + (12 * 512) + 0x40, 8)).ShouldBe(2048u);
        using RawFile volume = RawFile.Copy(_scratch.File("volume.img"), new BlockSlice(composed, plan.Partitions[0].To));
        OutsideTool.Run("fsck.exfat", "-n", volume.Path).EnsureSuccess("fsck.exfat -n");
    }

    [Theory]
    [InlineData("BOOTMGR is missing", false)]
    [InlineData("A disk read error occurred\r\nNTLDR is missing", false)]
    [InlineData("This is not a bootable disk", true)]
    public void Create_NtfsThatWindowsStartsFrom_IsRefusedByName(string message, bool isActive)
    {
        using RawFile disk = PartitioningTools.MakeWithSfdisk(
            _scratch.File("disk.img"), 64 * MiB, $"label: dos\nstart={First}, size=2048, type=7{(isActive ? ", bootable" : "")}\n");
        disk.WriteAt((First * 512) + 3, "NTFS    "u8);
        disk.WriteAt((First * 512) + 0x180, System.Text.Encoding.ASCII.GetBytes(message));

        Should.Throw<UnsupportedImageException>(() => Plan(disk)).Structure.ShouldBe("Windows boot volume");
    }

    [Theory]
    [InlineData("EFI/Microsoft/Boot/BCD")]
    [InlineData("boot/bcd")]
    [InlineData("NTLDR")]
    public void Create_FatThatWindowsStartsFrom_IsRefusedByName(string path)
    {
        OutsideTool.Require("mkfs.fat", "mmd", "mcopy");
        using RawFile disk = MakeDisk(type: 0xC, 40, volume =>
        {
            OutsideTool.Run("mkfs.fat", "-F", "32", volume).EnsureSuccess("mkfs.fat");
            string[] parts = path.Split('/');
            for (int i = 1; i < parts.Length; i++)
            {
                OutsideTool.Run("mmd", "-i", volume, $"::{string.Join('/', parts[..i])}").EnsureSuccess("mmd");
            }

            return OutsideTool.Run("mcopy", "-i", volume, "/dev/null", $"::{path}");
        });

        Should.Throw<UnsupportedImageException>(() => Plan(disk)).Structure.ShouldBe("Windows boot volume");
    }

    /// <summary>Sets PartitionOffset in both boot regions and their checksums, by the specification's own description of it.</summary>
    private static void SetExFat(RawFile disk, long partition, ulong offset)
    {
        for (int copy = 0; copy < 2; copy++)
        {
            long region = partition + (copy * 12 * 512);
            disk.WriteAt(region + 0x40, BitConverter.GetBytes(offset));
            byte[] covered = disk.ReadBytes(region, 11 * 512);
            uint checksum = 0;
            for (int i = 0; i < covered.Length; i++)
            {
                checksum = i is 106 or 107 or 112 ? checksum : ((checksum & 1) != 0 ? 0x80000000u : 0u) + (checksum >> 1) + covered[i];
            }

            disk.WriteAt(region + (11 * 512), [.. Enumerable.Repeat(BitConverter.GetBytes(checksum), 128).SelectMany(bytes => bytes)]);
        }
    }

    private RawFile MakeExFat(uint offset)
    {
        OutsideTool.Require("mkfs.exfat", "fsck.exfat");
        RawFile disk = MakeDisk(type: 7, 8, volume => OutsideTool.Run("mkfs.exfat", volume));
        SetExFat(disk, First * 512, offset);
        return disk;
    }

    private RawFile MakeDisk(int type, int sizeMiB, Func<string, ToolResult> make, int first = First)
    {
        RawFile disk = PartitioningTools.MakeWithSfdisk(
            _scratch.File("disk.img"), 64 * MiB, $"label: dos\nstart={first}, size={sizeMiB * 2048}, type={type:x}\n");
        using RawFile volume = RawFile.Create(_scratch.File("made.img"), sizeMiB * MiB);
        make(volume.Path).EnsureSuccess("making the file system");
        disk.WriteAt((long)first * 512, volume.ReadBytes(0, (int)volume.Length));
        return disk;
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
