using System.Text.RegularExpressions;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Partitions;

/// <summary>Extended partitions made by sfdisk, compared with libblkid's own parser (partx), which numbers them as the kernel does.</summary>
public sealed class RealExtendedTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("5")]
    [InlineData("f")]
    [InlineData("85")]
    public void Read_EveryExtendedType_AgreesWithPartx(string type)
    {
        using RawFile disk = Make(
            $"label: dos\n1: start=2048, size=2048, type=83\n2: start=4096, size=90000, type={type}\n3: start=100000, size=500, type=82\n"
            + "5: start=6144, size=2048, type=83\n6: start=20000, size=77, type=82\n7: start=30001, size=9999, type=8e\n");

        PartitionTable table = PartitionTable.Read(disk);

        Places(table).ShouldBe(Partx(disk));
        table.Partitions.Count(p => p.Kind == PartitionKind.Logical).ShouldBe(3);
        table.Partitions.Single(p => p.Kind == PartitionKind.Extended).Number.ShouldBe(2);
    }

    [Fact]
    public void Read_FiftyLogicals_AgreesWithPartx()
    {
        string logicals = string.Concat(Enumerable.Range(0, 50).Select(i => $"start={4096 + (2300 * i)}, size={100 + i}, type=83\n"));
        using RawFile disk = Make($"label: dos\nstart=2048, size=125000, type=f\n{logicals}");

        PartitionTable table = PartitionTable.Read(disk);

        Places(table).ShouldBe(Partx(disk));
        table.Partitions.Count.ShouldBe(51);
    }

    [Fact]
    public void Read_ChainAgainstDiskOrder_KeepsTheNumbers()
    {
        // Sixth and seventh were made before the fifth's neighbour: sfdisk chains them as they come.
        using RawFile disk = Make("label: dos\n1: start=2048, size=100000, type=5\n5: start=50000, size=1000\n6: start=4096, size=1000\n7: start=20000, size=1000\n");

        PartitionTable table = PartitionTable.Read(disk);

        Places(table).ShouldBe(Partx(disk));
        table.InDiskOrder.Select(p => p.Number).ShouldBe([1, 6, 7, 5]);
    }

    [Fact]
    public void Read_FirstLogicalDeleted_AgreesWithPartx()
    {
        using RawFile disk = Make("label: dos\n1: start=2048, size=100000, type=5\n5: start=4096, size=1000\n6: start=8192, size=1000\n7: start=20000, size=1000\n");
        OutsideTool.Run("sfdisk", "--no-reread", "--no-tell-kernel", "--delete", disk.Path, "5").EnsureSuccess("sfdisk --delete");

        Places(PartitionTable.Read(disk)).ShouldBe(Partx(disk));
    }

    [Fact]
    public void Read_EmptyExtended_HoldsNothing()
    {
        using RawFile disk = Make("label: dos\n1: start=2048, size=2048, type=83\n2: start=4096, size=100000, type=5\n");

        Places(PartitionTable.Read(disk)).ShouldBe(Partx(disk));
    }

    [Fact]
    public void Read_LinkBackToTheFirstRecord_IsRefused()
    {
        using RawFile disk = Make("label: dos\n1: start=2048, size=100000, type=5\n5: start=4096, size=1000\n6: start=8192, size=1000\n");
        long second = Record(disk, 2048);

        // The link of the second record: type 05, to sector 0 of the extended partition.
        disk.WriteAt((second * 512) + 446 + 16, [0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);

        Should.Throw<CorruptImageException>(() => PartitionTable.Read(disk)).Kind.ShouldBe(CorruptKind.Loop);
    }

    [Fact]
    public void Read_LogicalsGrownIntoEachOther_AreRefused()
    {
        using RawFile disk = Make("label: dos\n1: start=2048, size=100000, type=5\n5: start=4096, size=1000\n6: start=8192, size=1000\n");
        disk.WriteAt((2048 * 512) + 446 + 12, BitConverter.GetBytes(6000));

        Should.Throw<CorruptImageException>(() => PartitionTable.Read(disk)).Kind.ShouldBe(CorruptKind.Overlap);
    }

    [Fact]
    public void Read_UnusedTypeWithSectorsInARecord_IsCorrupt()
    {
        using RawFile disk = Make("label: dos\n1: start=2048, size=100000, type=5\n5: start=4096, size=1000\n");
        disk.WriteAt((2048 * 512) + 446 + 4, [0]);

        Should.Throw<CorruptImageException>(() => PartitionTable.Read(disk)).Kind.ShouldBe(CorruptKind.Inconsistent);
    }

    [Theory]
    [InlineData("1: start=63, size=1000, type=83\n2: start=1100, size=100000, type=f\n5: start=1163, size=1000, type=83\n6: start=2226, size=77, type=82\n7: start=30001, size=9999, type=8e\n")]
    [InlineData("1: start=2048, size=100000, type=5\n5: start=50000, size=1000\n6: start=4097, size=1000\n7: start=20001, size=1000\n")]
    [InlineData("2: start=63, size=100000, type=85\n5: start=126, size=1000\n")]
    public void Relocate_Logicals_AgreesWithPartxAndSfdisk(string script)
    {
        using RawFile disk = Make($"label: dos\n{script}");
        PartitionTable before = PartitionTable.Read(disk);
        Dictionary<int, long> places = [];
        foreach (Partition partition in before.InDiskOrder)
        {
            places.Add(partition.Number, partition.FirstSector + (2048 * (places.Count + 1)));
        }

        PartitionTable moved = before.Relocate(places, disk.Length);
        foreach (ByteRange range in before.TableRanges)
        {
            disk.WriteAt(range.Start, new byte[range.Length]);
        }

        foreach (TableBytes part in moved.Serialize())
        {
            disk.WriteAt(part.Offset, part.Bytes.Span);
        }

        Places(moved).ShouldBe(Partx(disk));
        Places(PartitionTable.Read(disk)).ShouldBe(Places(moved));
        moved.Partitions.ShouldAllBe(p => p.FirstSector == places[p.Number]);
        ToolResult verify = OutsideTool.Run("sfdisk", "--verify", disk.Path);
        (verify.Output + verify.Error).ShouldContain("No errors detected");
    }

    private RawFile Make(string script)
    {
        OutsideTool.Require("partx");
        return PartitioningTools.MakeWithSfdisk(_scratch.File("disk.img"), 64 * MiB, script);
    }

    /// <summary>Where the link of a record leads, in sectors.</summary>
    private static long Record(RawFile disk, long extended)
    {
        byte[] link = new byte[4];
        disk.ReadAt((extended * 512) + 446 + 16 + 8, link);
        return extended + BitConverter.ToUInt32(link);
    }

    /// <summary>The extended partition's size is left out: kernels give it two sectors, so that nobody writes there by mistake.</summary>
    private static string[] Places(PartitionTable table) => [.. table.Partitions.Select(p =>
        p.Kind == PartitionKind.Extended ? $"{p.Number} {p.FirstSector}" : $"{p.Number} {p.FirstSector} {p.SectorCount}")];

    private static string[] Partx(RawFile disk) =>
        [.. Regex.Matches(
            OutsideTool.Run("partx", "--noheadings", "--raw", "--output", "NR,START,SECTORS,TYPE", disk.Path).EnsureSuccess("partx").Output,
            @"^(?<number>\d+) (?<start>\d+) (?<sectors>\d+) (?<type>\S+)$", RegexOptions.Multiline)
            .Select(match => match.Groups["type"].Value is "0x5" or "0xf" or "0x85"
                ? $"{match.Groups["number"].Value} {match.Groups["start"].Value}"
                : $"{match.Groups["number"].Value} {match.Groups["start"].Value} {match.Groups["sectors"].Value}")];
}
