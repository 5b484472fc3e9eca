using System.Buffers.Binary;
using ImagePrep.Steps.Repartition;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Steps.Repartition;

/// <summary>Boot loaders that name sectors: found where they would break, let alone where they would not.</summary>
public sealed class BootLoaderGuardTests
{
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
    public void Create_GrubCoreInPartitionThatMoves_IsRefusedByName()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: Moving + 100, (Moving + 101, 52));

        Refused(disk).ShouldContain($"GRUB in the MBR loads core.img from sector {Moving + 100}, inside partition 1 (Linux)");
    }

    [Fact]
    public void Create_GrubBlockListReachesIntoPartitionThatMoves_IsRefusedByName()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: 0, core: 1, (2, 10), (40, 24));

        Refused(disk).ShouldContain("continues at sector 40, inside partition 1");
    }

    [Fact]
    public void Create_GrubInTheBootSectorOfPartitionThatMoves_IsRefusedByName()
    {
        byte[] disk = Disk();
        Grub2(disk, sector: Moving, core: Moving + 300, (Moving + 301, 60));

        Refused(disk).ShouldContain("GRUB in the boot sector of partition 1 (Linux)");
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(8192UL)]
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
        "GRUB \0Geom\0"u8.CopyTo(disk.AsSpan(0x17F));
        disk[0x3E] = 3;
        disk[0x3F] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(disk.AsSpan(0x44), stage2);

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
    [InlineData("NTFS    ", "NTFS")]
    [InlineData("EXFAT   ", "exFAT")]
    public void Create_WindowsFileSystemThatMoves_IsRefusedByName(string oem, string name)
    {
        byte[] disk = Disk();
        System.Text.Encoding.ASCII.GetBytes(oem, disk.AsSpan((Moving * 512) + 3));

        Refused(disk).ShouldContain($"{name} boot sector: partition 1 (Linux) would have to move");
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(Staying, null)]
    [InlineData(Moving, "GRUB in the MBR loads core.img from sector 63")]
    public void Create_GrubImagesOfTheDistribution_AreRecognised(int core, string? refusal)
    {
        const string BootImage = "/usr/lib/grub/i386-pc/boot.img";
        OutsideTool.Require("grub-mkimage");
        if (!File.Exists(BootImage))
        {
            Assert.Skip($"not installed: {BootImage} (tests/tools.sh installs it)");
        }

        using ScratchFolder scratch = new();
        OutsideTool.Run("grub-mkimage", "-O", "i386-pc", "-p", "/boot/grub", "-o", scratch.File("core.img"), "biosdisk").EnsureSuccess("grub-mkimage");
        byte[] coreImage = File.ReadAllBytes(scratch.File("core.img"));
        byte[] disk = Disk();
        File.ReadAllBytes(BootImage).AsSpan(0, 0x1B8).CopyTo(disk);
        coreImage.CopyTo(disk.AsSpan(core * 512));

        // What grub-bios-setup patches: where core.img is, and where its second sector is.
        BinaryPrimitives.WriteUInt64LittleEndian(disk.AsSpan(0x5C), (ulong)core);
        BinaryPrimitives.WriteUInt64LittleEndian(disk.AsSpan((core * 512) + 0x1F4), (ulong)core + 1);
        if (refusal is null)
        {
            coreImage.Length.ShouldBeLessThan(62 * 512);
            Plan(disk).ChangesNothing.ShouldBeFalse();
        }
        else
        {
            Refused(disk).ShouldContain(refusal);
        }
    }

    private static byte[] Disk()
    {
        byte[] disk = new byte[8192 * 512];
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

    private static string Refused(byte[] disk)
    {
        UnsupportedImageException refusal = Should.Throw<UnsupportedImageException>(() => Plan(disk));
        refusal.Kind.ShouldBe(UnsupportedKind.Feature);
        return refusal.Message;
    }
}
