using System.Globalization;
using System.Text.Json;
using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.Storage.Blocks;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Secrets;

/// <summary>Whatever the base still held of what was deleted, swapped out or there before is nowhere in what is made of it.</summary>
public sealed class ScatteredSecretsTests(ITestOutputHelper output) : IDisposable
{
    private const string Recipe = """
        name: keeping
        summary: All of debian-12, but nothing is erased
        erase: false
        steps:
          repartition: {}
          reset-identity: {}
          remove-keygen: {}
          add-node-entropy: {}
        """;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Mbr_WithLogicalPartitions_KeepsNoSecret() => CheckNothingIsKept(new HauntedMbrDisk(_scratch));

    [Fact]
    public void Gpt_WithAnEspAndADirtyJournal_KeepsNoSecret() => CheckNothingIsKept(new HauntedGptDisk(_scratch));

    private void CheckNothingIsKept(HauntedDisk disk)
    {
        OutsideTool.Require("qemu-img", "e2fsck", "fsck.fat", "sfdisk", "sgdisk");
        string[] all = [.. disk.Markers.Places.Order(StringComparer.Ordinal)];
        disk.Markers.PlacesFoundIn(disk.Path).ShouldBe(all);
        long remainsBefore = ByteSearch.Occurrences(disk.Path, disk.Remains).LongCount();
        remainsBefore.ShouldBeGreaterThan(1_000_000);

        string prepared = Prepare(disk, "debian-12", "prepared");
        string golden = ToRaw(Path.Combine(prepared, "golden.qcow2"));
        IReadOnlyList<ByteRange> kept = KeptRanges(disk, prepared);
        string[] unexpected = [.. ByteSearch.Occurrences(golden, disk.Remains).Where(at => !kept.Any(range => range.Contains(new ByteRange(at, 1)))).Select(Place(prepared))];
        output.WriteLine($"{all.Length} places, {remainsBefore} remains in the base, {unexpected.Length} in the golden image: {string.Join(", ", unexpected.Take(20))}");
        foreach (string file in (string[])[golden, .. Directory.GetFiles(prepared, "*", SearchOption.AllDirectories), ToRaw(Path.Combine(prepared, "nodes", "node-1.qcow2"))])
        {
            disk.Markers.PlacesFoundIn(file).ShouldBeEmpty(file);
        }

        unexpected.ShouldBeEmpty();
        CheckSoundness(golden, prepared);

        string keeping = _scratch.File("keeping.yaml");
        File.WriteAllText(keeping, Recipe);
        string notErased = ToRaw(Path.Combine(Prepare(disk, keeping, "kept"), "golden.qcow2"));
        string[] found = disk.Markers.PlacesFoundIn(notErased);
        output.WriteLine($"not erased: {found.Length} places, {ByteSearch.Occurrences(notErased, disk.Remains).LongCount()} remains");
        found.Length.ShouldBeGreaterThan(all.Length / 2);
    }

    private string Prepare(HauntedDisk disk, string recipe, string name)
    {
        string folder = _scratch.File(name);
        CliProgram.Run("prepare", "--recipe", recipe, "--base", disk.Path, "--count", "1", "--out", folder).EnsureSuccess("imageprep prepare");
        return folder;
    }

    private string ToRaw(string image)
    {
        string raw = _scratch.File($"{Guid.NewGuid():N}.raw");
        OutsideTool.Run("qemu-img", "convert", "-O", "raw", image, raw).EnsureSuccess("qemu-img convert");
        return raw;
    }

    private static List<ByteRange> KeptRanges(HauntedDisk disk, string prepared)
    {
        Dictionary<int, long> starts = Starts(prepared);
        return [.. disk.KeptForBootLoaders.Select(kept => new ByteRange(kept.Range.Start + (kept.Number == 0 ? 0 : starts[kept.Number]), kept.Range.Length))];
    }

    private static Func<long, string> Place(string prepared)
    {
        KeyValuePair<int, long>[] starts = [.. Starts(prepared).OrderBy(start => start.Value)];
        return at => starts.LastOrDefault(start => start.Value <= at) is { Key: > 0 } partition
            ? string.Create(CultureInfo.InvariantCulture, $"partition {partition.Key} + {at - partition.Value}")
            : string.Create(CultureInfo.InvariantCulture, $"disk + {at}");
    }

    /// <summary>What was taken away was nobody's: the tools that made it find nothing missing.</summary>
    private void CheckSoundness(string golden, string prepared)
    {
        int found = 0;
        using RawFile disk = RawFile.Open(golden);
        foreach (JsonElement partition in Partitions(prepared))
        {
            ByteRange range = new(partition.GetProperty("firstSector").GetInt64() * 512, partition.GetProperty("sectorCount").GetInt64() * 512);
            string content = partition.GetProperty("content").GetString()!;
            if (content.StartsWith("ext", StringComparison.Ordinal))
            {
                E2fsck.ShouldBeSilent($"{golden}?offset={range.Start}");
            }
            else if (content == "vfat")
            {
                string volume = _scratch.File("volume.img");
                RawFile.Copy(volume, new BlockSlice(disk, range)).Dispose();
                FsckFat.ShouldBeSilent(volume);
            }
            else
            {
                continue;
            }

            found++;
        }

        found.ShouldBe(2);
        PartitioningTools.Verify(disk, isGpt: PartitioningTools.Dump(disk).Contains("label: gpt", StringComparison.Ordinal));
    }

    private static Dictionary<int, long> Starts(string prepared) =>
        Partitions(prepared).ToDictionary(partition => partition.GetProperty("number").GetInt32(), partition => partition.GetProperty("firstSector").GetInt64() * 512);

    private static IEnumerable<JsonElement> Partitions(string prepared)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(prepared, "golden.json")));
        return [.. golden.RootElement.GetProperty("tableAfter").GetProperty("partitions").EnumerateArray().Select(partition => partition.Clone())];
    }
}
