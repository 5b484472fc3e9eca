using System.Text.Json;
using ImagePrep.Benchmarks;
using ImagePrep.TestKit;

// Measures the published program beside the tools that people would compare it with, in turn, on one machine. Quote the ratios.
if (args is not [string program, string resultFile])
{
    Console.Error.WriteLine("usage: ImagePrep.Benchmarks IMAGEPREP RESULT.json");
    return 2;
}

using ScratchFolder scratch = new();
string image = RealBase.Image("bookworm", "legacy63");
string output = scratch.File("out");
string converted = scratch.File("converted.qcow2");
Measured prepare = new("imageprep prepare", program, ["prepare", "--recipe", "debian-12", "--base", image, "--out", output], () => Remove(output));
Measured convert = new("qemu-img convert -O qcow2", OutsideTool.Find("qemu-img")!, ["convert", "-O", "qcow2", image, converted], () => Remove(converted));
Measured inspect = new("imageprep inspect", program, ["inspect", image], () => { });

List<Comparison> results = [Comparison.Run(prepare, convert), Comparison.Run(inspect, null)];
string golden = scratch.File("golden");
new Measured("", program, ["prepare", "--recipe", "debian-12", "--base", image, "--out", golden], () => { }).Run();
Measured stamp = new("imageprep stamp, 1,000 overlays", program, ["stamp", Path.Combine(golden, "golden.json"), "--count", "1000", "--out", output], () => Remove(output));
results.Add(Comparison.Run(stamp, null));

Console.WriteLine($"{"",-34}{"median s",10}{"min",8}{"max",8}{"peak MiB",10}   beside");
foreach (Comparison result in results)
{
    string beside = result.Other is null ? "" : $"{result.MedianRatio:0.00} x {result.Other.Name} ({result.Other.MedianSeconds:0.00} s)";
    Console.WriteLine(
        $"{result.Own.Name,-34}{result.Own.MedianSeconds,10:0.00}{result.Own.MinSeconds,8:0.00}{result.Own.MaxSeconds,8:0.00}{result.Own.PeakMebibytes,10:0}   {beside}");
}

File.WriteAllText(resultFile, JsonSerializer.Serialize(results, new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase }) + "\n");
return 0;

static void Remove(string path)
{
    if (Directory.Exists(path))
    {
        Directory.Delete(path, recursive: true);
    }

    File.Delete(path);
}
