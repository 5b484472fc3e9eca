using System.Text;
using System.Text.RegularExpressions;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Partitions;

/// <summary>Tables made by sfdisk and sgdisk, read here and compared with what sfdisk says of them.</summary>
public sealed class RealTableTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly ScratchFolder _scratch = new();

    public static TheoryData<string, string> SfdiskScripts => new()
    {
        { "cylinders", "label: dos\nlabel-id: 0x1badcafe\nstart=63, size=32067, type=83, bootable\nstart=32130, size=16065, type=82\nstart=48195, size=64260, type=8e\n" },
        { "four primaries", "label: dos\nstart=2048, size=2048, type=83\nstart=5000, size=999, type=c, bootable\nstart=7001, size=1, type=ef\nstart=90000, size=40000, type=fd\n" },
        { "numbers against disk order", "label: dos\n3: start=2048, size=2048, type=83\n1: start=9000, size=1000, type=82\n" },
        { "logicals", "label: dos\nstart=63, size=1000, type=83\nstart=2000, size=20000, type=f\nstart=2063, size=1000, type=83\nstart=4000, size=500, type=82\nstart=5001, size=77\n" },
        { "Debian cloud", "label: gpt\n14: start=2048, size=6144, type=21686148-6449-6E6F-744E-656564454649\n15: start=8192, size=40960, type=uefi\n1: start=49152, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, name=\"root\", attrs=\"LegacyBIOSBootable GUID:59\"\n" },
        { "names", "label: gpt\nlabel-id: 6B8F1C6C-9A3B-4A3C-8E53-0C1A5F6E2D11\nstart=2048, size=2048, type=linux, name=\"thirty-six characters is the most xx\"\nstart=5555, size=99, type=swap, name=\"gr\u00FC\u00DFe\"\n" },
    };

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(SfdiskScripts))]
    public void Read_TableOfSfdisk_AgreesWithItsDump(string name, string script)
    {
        using RawFile disk = PartitioningTools.MakeWithSfdisk(_scratch.File("disk.img"), 64 * MiB, script);

        DumpOf(PartitionTable.Read(disk)).ShouldBe(PartitionLinesOf(disk), name);
    }

    [Fact]
    public void Read_UnalignedTableOfSgdisk_AgreesWithSfdiskDump()
    {
        using RawFile disk = PartitioningTools.MakeWithSgdisk(
            _scratch.File("disk.img"), 64 * MiB, "--set-alignment=1", "-n", "14:34:2047", "-t", "14:ef02", "-n", "15:2048:4000", "-t", "15:ef00", "-n", "1:4001:0", "-A", "1:set:2");

        DumpOf(PartitionTable.Read(disk)).ShouldBe(PartitionLinesOf(disk));
    }

    [Fact]
    public void Read_SgdiskWithAnotherEntryCount_AgreesWithSfdiskDump()
    {
        using RawFile disk = PartitioningTools.MakeWithSgdisk(_scratch.File("disk.img"), 64 * MiB, "-S", "256", "-n", "200:4096:8191", "-c", "200:far");

        PartitionTable table = PartitionTable.Read(disk);

        table.Partitions.Single().Number.ShouldBe(200);
        table.Partitions.Single().Name.ShouldBe("far");
        table.FirstUsableSector.ShouldBe(66);
    }

    [Fact]
    public void Read_SgdiskHybrid_IsReported()
    {
        using RawFile disk = PartitioningTools.MakeWithSgdisk(_scratch.File("disk.img"), 64 * MiB, "-n", "1:2048:8191", "-h", "1");

        PartitionTable.Read(disk).Findings.Single().Kind.ShouldBe(TableFindingKind.HybridMbr);
    }

    [Fact]
    public void Relocate_FdiskTableOf4096ByteSectors_IsSoundForFdisk()
    {
        OutsideTool.Require("fdisk");
        using RawFile disk = RawFile.Create(_scratch.File("disk.img"), 64 * MiB);
        Fdisk4096(disk, "g\nn\n1\n256\n1000\nn\n2\n2000\n2500\nw\n");
        PartitionTable table = PartitionTable.Read(disk);
        table.SectorSize.ShouldBe(4096);
        table.Partitions.Select(p => (p.FirstSector, p.LastSector)).ShouldBe([(256, 1000), (2000, 2500)]);

        Write(disk, table.Relocate(new Dictionary<int, long> { [1] = 512, [2] = 2048 }, disk.Length));

        PartitionTable.Read(disk).Findings.ShouldBeEmpty();
        string judged = Fdisk4096(disk, "p\nv\nq\n");
        judged.ShouldContain("No errors detected");
        Regex.Matches(judged, @"^\S+img\d +(?<first>\d+) +(?<last>\d+)", RegexOptions.Multiline)
            .Select(match => $"{match.Groups["first"].Value}-{match.Groups["last"].Value}").ShouldBe(["512-1256", "2048-2548"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Relocate_DiskBeyondTwoTiB_IsSoundForSgdisk(int grownByMiB)
    {
        using RawFile disk = PartitioningTools.MakeWithSgdisk(
            _scratch.File("disk.img"), 3L << 40, "--set-alignment=1", "-n", "2:34:1000000", "-n", "1:5000000001:6000000000", "-c", "1:far");
        PartitionTable table = PartitionTable.Read(disk);
        long length = disk.Length + (grownByMiB * MiB);
        PartitionTable moved = table.Relocate(new Dictionary<int, long> { [1] = 5_000_001_536, [2] = 2048 }, length);
        using RawFile after = RawFile.Create(_scratch.File("after.img"), length);
        Write(after, moved);

        PartitioningTools.Verify(after, isGpt: true);
        PartitioningTools.DumpWithoutPlaces(after).ShouldBe(PartitioningTools.DumpWithoutPlaces(disk));
        PartitioningTools.Starts(after).ShouldBe(new Dictionary<int, long> { [1] = 5_000_001_536, [2] = 2048 }, ignoreOrder: true);
    }

    private static string Fdisk4096(RawFile disk, string commands) =>
        OutsideTool.Run("fdisk", ["-b", "4096", disk.Path], input: Encoding.ASCII.GetBytes(commands)).EnsureSuccess("fdisk").Output;

    private static void Write(RawFile disk, PartitionTable table)
    {
        foreach (TableBytes part in table.Serialize())
        {
            disk.WriteAt(part.Offset, part.Bytes.Span);
        }
    }

    private static string[] PartitionLinesOf(RawFile disk) =>
        [.. PartitioningTools.Dump(disk).Split('\n').Where(line => line.StartsWith("disk", StringComparison.Ordinal)).Select(line => line.Replace(" ", "", StringComparison.Ordinal))];

    /// <summary>The lines of sfdisk's dump, from our table.</summary>
    private static string[] DumpOf(PartitionTable table) => [.. table.Partitions.Select(p =>
    {
        string line = $"disk{p.Number}:start={p.FirstSector},size={p.SectorCount},type={(p.Type.MbrCode is null ? p.Type.Id : p.Type.Id.TrimStart('0'))}";
        if (p.UniqueId is Guid id)
        {
            line += $",uuid={id.ToString().ToUpperInvariant()}";
        }

        if (!string.IsNullOrEmpty(p.Name))
        {
            line += $",name=\"{AsSfdiskWrites(p.Name)}\"";
        }

        List<string> attributes = [];
        if ((p.Attributes & 4) != 0)
        {
            attributes.Add("LegacyBIOSBootable");
        }

        if (p.Attributes >> 48 != 0)
        {
            attributes.Add($"GUID:{string.Join(',', Enumerable.Range(48, 16).Where(bit => (p.Attributes >> bit & 1) != 0))}");
        }

        return line + (attributes.Count > 0 ? $",attrs=\"{string.Concat(attributes)}\"" : "") + (p.IsActive ? ",bootable" : "");
    })];

    private static string AsSfdiskWrites(string name) => string.Concat(
        Encoding.UTF8.GetBytes(name.Replace(" ", "", StringComparison.Ordinal)).Select(b => b < 0x80 ? $"{(char)b}" : $"\\x{b:x2}"));
}
