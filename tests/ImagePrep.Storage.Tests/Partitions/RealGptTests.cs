using System.Text;
using System.Text.RegularExpressions;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Partitions;

/// <summary>GPTs made by fdisk and sgdisk in every size that these tools make, sound and damaged, at both sector sizes.</summary>
public sealed class RealGptTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(512, 4)]
    [InlineData(512, 128)]
    [InlineData(512, 256)]
    [InlineData(512, 1024)]
    [InlineData(4096, 4)]
    [InlineData(4096, 128)]
    [InlineData(4096, 256)]
    [InlineData(4096, 1024)]
    public void Read_AnyNumberOfEntries_AgreesWithFdisk(int sectorSize, int entries)
    {
        using RawFile disk = Make(sectorSize, entries);

        PartitionTable table = PartitionTable.Read(disk);

        table.SectorSize.ShouldBe(sectorSize);
        table.ReadFrom.ShouldBe(TableCopy.Primary);
        table.Findings.ShouldBeEmpty();
        Places(table).ShouldBe(Fdisk(disk, sectorSize));
        table.InDiskOrder.Select(p => p.Number).ShouldBe([3, 1]);
    }

    [Theory]
    [InlineData(512, true, false, TableFindingKind.PrimaryDamaged)]
    [InlineData(512, true, true, TableFindingKind.PrimaryDamaged)]
    [InlineData(512, false, false, TableFindingKind.BackupDamaged)]
    [InlineData(512, false, true, TableFindingKind.BackupDamaged)]
    [InlineData(4096, true, false, TableFindingKind.PrimaryDamaged)]
    [InlineData(4096, true, true, TableFindingKind.PrimaryDamaged)]
    [InlineData(4096, false, false, TableFindingKind.BackupDamaged)]
    [InlineData(4096, false, true, TableFindingKind.BackupDamaged)]
    public void Read_OneCopyDamaged_UsesTheOtherAndSaysSo(int sectorSize, bool primary, bool array, TableFindingKind kind)
    {
        using RawFile disk = Make(sectorSize, 128);
        string[] sound = Fdisk(disk, sectorSize);

        Damage(disk, sectorSize, primary, array);

        PartitionTable table = PartitionTable.Read(disk);
        table.ReadFrom.ShouldBe(primary ? TableCopy.Backup : TableCopy.Primary);
        table.Findings.Single().Kind.ShouldBe(kind);
        Places(table).ShouldBe(sound);
        if (sectorSize == 512)
        {
            // The judge must agree that there is damage, or nothing was tested.
            ToolResult judged = OutsideTool.Run("sgdisk", "-v", disk.Path);
            $"{judged.Output}{judged.Error}".ShouldMatch("(?i)corrupt|invalid|damaged|mismatch");
        }
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public void Read_BothCopiesDamaged_IsRefusedByName(int sectorSize)
    {
        using RawFile disk = Make(sectorSize, 128);
        Damage(disk, sectorSize, primary: true, array: true);
        Damage(disk, sectorSize, primary: false, array: false);

        CorruptImageException refusal = Should.Throw<CorruptImageException>(() => PartitionTable.Read(disk));

        refusal.Structure.ShouldBe("GPT");
        refusal.Message.ShouldContain("Primary: GPT entries: PartitionEntryArrayCRC32");
        refusal.Message.ShouldContain("Backup: GPT header: HeaderCRC32");
    }

    [Fact]
    public void Read_GrownDiskWithDamagedPrimaryArray_UsesTheBackupWhereItIs()
    {
        using RawFile disk = Make(512, 128);
        string[] sound = Fdisk(disk, 512);
        Damage(disk, 512, primary: true, array: true);
        using RawFile grown = RawFile.Create(_scratch.File("grown.img"), disk.Length + (3 * MiB));
        byte[] content = new byte[disk.Length];
        disk.ReadAt(0, content);
        grown.WriteAt(0, content);

        PartitionTable table = PartitionTable.Read(grown);

        table.ReadFrom.ShouldBe(TableCopy.Backup);
        Places(table).ShouldBe(sound);
    }

    [Fact]
    public void Read_MovedMainTable_AgreesWithSfdisk()
    {
        // Boards whose firmware lies right behind the header have their array further on.
        using RawFile disk = PartitioningTools.MakeWithSgdisk(_scratch.File("disk.img"), 64 * MiB, "-j", "2048", "-n", "2:4096:8191", "-n", "1:9000:9999");

        PartitionTable table = PartitionTable.Read(disk);

        table.Findings.ShouldBeEmpty();
        Places(table).ShouldBe(Fdisk(disk, 512));
    }

    /// <summary>Partitions 3 and 1, in this order on the disk.</summary>
    private RawFile Make(int sectorSize, int entries)
    {
        OutsideTool.Require("fdisk");
        RawFile disk = RawFile.Create(_scratch.File("disk.img"), 64 * MiB);
        Commands(disk, sectorSize, $"g\nx\nl\n{entries}\nr\nn\n3\n2048\n3047\nn\n1\n4096\n8191\nw\n");
        return disk;
    }

    private static string[] Fdisk(RawFile disk, int sectorSize) =>
        [.. Regex.Matches(Commands(disk, sectorSize, "p\nq\n"), @"^\S+img(?<number>\d+) +(?<first>\d+) +(?<last>\d+)", RegexOptions.Multiline)
            .Select(match => $"{match.Groups["number"].Value}: {match.Groups["first"].Value}-{match.Groups["last"].Value}").Order(StringComparer.Ordinal)];

    private static string[] Places(PartitionTable table) =>
        [.. table.Partitions.Select(p => $"{p.Number}: {p.FirstSector}-{p.LastSector}").Order(StringComparer.Ordinal)];

    private static string Commands(RawFile disk, int sectorSize, string commands) => OutsideTool
        .Run("fdisk", ["-b", $"{sectorSize}", "-w", "always", "-W", "always", disk.Path], input: Encoding.ASCII.GetBytes(commands)).EnsureSuccess("fdisk").Output;

    private static void Damage(RawFile disk, int sectorSize, bool primary, bool array)
    {
        long header = primary ? sectorSize : disk.Length - sectorSize;
        byte[] place = new byte[8];
        disk.ReadAt(header + 72, place);
        long offset = array ? (BitConverter.ToInt64(place) * sectorSize) + 56 : header + 40;
        byte[] one = new byte[1];
        disk.ReadAt(offset, one);
        one[0] ^= 0x40;
        disk.WriteAt(offset, one);
    }
}
