using System.Text;
using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.Benchmarks;

/// <summary>
/// The same guest on a disk of 200 GiB, its root file system grown to fill it: what a large disk costs when its data stays small. As qcow2 only: the
/// SHA-256 that pins a base is of the whole file, and that of a raw file of this size hashes 200 GiB of holes for minutes.
/// </summary>
internal static class VirtualSize
{
    private const long Sector = 512;
    private const long GrownLength = 200L << 30;
    private const int Root = 1;
    private const int Swap = 2;

    public static IEnumerable<Comparison> Measure(Bench bench, string image)
    {
        string raw = bench.Raw(image, "grown.raw");
        Grow(raw);
        string grown = bench.Scratch.File("grown.qcow2");
        Bench.Make("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, grown);
        File.Delete(raw);
        yield return Comparison.Run(
            bench.Prepare("imageprep prepare, grown to 200 GiB", grown),
            bench.Prepare("the same guest on 2 GiB", image) with { MostRatio = 1.2 },
            bench.Copy("qemu-img convert of 200 GiB, flushed", "qemu-img", grown, "exec qemu-img convert -t writeback -O qcow2 \"$1\" \"$2\""));
    }

    /// <summary>Swap goes to the end of the disk, and the root grows up to it.</summary>
    private static void Grow(string raw)
    {
        JsonElement[] partitions = [.. ReadTable(raw)];
        (long rootStart, long rootSectors) = Place(partitions[Root]);
        (long swapStart, long swapSectors) = Place(partitions[Swap]);
        byte[] swap = new byte[swapSectors * Sector];
        using FileStream disk = File.Open(raw, FileMode.Open, FileAccess.ReadWrite);
        disk.Position = swapStart * Sector;
        disk.ReadExactly(swap);
        disk.SetLength(GrownLength);

        long grownSwap = (GrownLength / Sector) - swapSectors;
        long grownRoot = grownSwap - rootStart;
        string table = OutsideTool.Run("sfdisk", "--dump", raw).EnsureSuccess("sfdisk").Output
            .Replace($"{swapStart},", $"{grownSwap},", StringComparison.Ordinal)
            .Replace($"{rootSectors},", $"{grownRoot},", StringComparison.Ordinal);
        OutsideTool.Run("sfdisk", ["--quiet", raw], input: Encoding.ASCII.GetBytes(table)).EnsureSuccess("sfdisk");
        string root = $"{raw}?offset={rootStart * Sector}";
        Bench.Make("e2fsck", "-fp", root);
        Bench.Make("resize2fs", root, $"{grownRoot / 2}k");

        // resize2fs ends the file where it takes the file system to end.
        disk.SetLength(GrownLength);
        disk.Position = grownSwap * Sector;
        disk.Write(swap);
    }

    private static IEnumerable<JsonElement> ReadTable(string disk) => JsonDocument.Parse(OutsideTool.Run("sfdisk", "--json", disk).EnsureSuccess("sfdisk").Output)
        .RootElement.GetProperty("partitiontable").GetProperty("partitions").EnumerateArray();

    private static (long Start, long Sectors) Place(JsonElement partition) => (partition.GetProperty("start").GetInt64(), partition.GetProperty("size").GetInt64());
}
