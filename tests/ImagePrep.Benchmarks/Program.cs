using System.Text.Json;
using ImagePrep.Benchmarks;
using ImagePrep.TestKit;

// Measures the published program beside the tools that people would compare it with, in turn, on one machine. Quote the ratios.
if (args is ["--directories"])
{
    DirectoryCost.MeasureAll();
    return 0;
}

if (args is [CompressedReading.Mode, string compressed, string expanded])
{
    return CompressedReading.Expand(compressed, expanded);
}

if (args is not [string program, string resultFile])
{
    Console.Error.WriteLine("usage: ImagePrep.Benchmarks IMAGEPREP RESULT.json, or --directories for large directories alone");
    return 2;
}

using ScratchFolder scratch = new();
string image = RealBase.Image("bookworm", "legacy63");
string output = scratch.File("out");
string converted = scratch.File("converted.qcow2");
Measured prepare = new("imageprep prepare", program, ["prepare", "--recipe", "debian-12", "--base", image, "--out", output], () => Remove(output));
Measured convert = Convert("qemu-img convert", "exec qemu-img convert -O qcow2 \"$1\" \"$2\"");
Measured durable = Convert("the same, flushed to disk as ours is", "exec qemu-img convert -t writeback -O qcow2 \"$1\" \"$2\"");
Measured evidence = Convert(
    "the same, with SHA-256 of both images",
    "openssl dgst -sha256 \"$1\" && qemu-img convert -t writeback -O qcow2 \"$1\" \"$2\" && openssl dgst -sha256 \"$2\"");
Measured inspect = new("imageprep inspect", program, ["inspect", image], () => { });

List<Comparison> results = [Comparison.Run(prepare, convert, durable, evidence), Comparison.Run(inspect)];
string golden = scratch.File("golden");
new Measured("", program, ["prepare", "--recipe", "debian-12", "--base", image, "--out", golden], () => { }).Run();
Measured stamp = new("imageprep stamp, 1,000 overlays", program, ["stamp", Path.Combine(golden, "golden.json"), "--count", "1000", "--out", output], () => Remove(output));
results.Add(Comparison.Run(stamp));
results.AddRange(CompressedReading.Measure(image, scratch.File));

Console.WriteLine($"{"",-40}{"median s",10}{"min",8}{"max",8}{"peak MiB",10}{"ours is",10}");
foreach (Comparison result in results)
{
    Print(result.Own, "");
    foreach (Yardstick other in result.Beside)
    {
        Print(other.Figures with { Name = "  " + other.Figures.Name }, $"{other.MedianRatio:0.00} x");
    }
}

Console.WriteLine();
IReadOnlyList<DirectoryCost> directories = DirectoryCost.MeasureAll();
File.WriteAllText(resultFile, JsonSerializer.Serialize(new { commands = results, directories }, new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase }) + "\n");
return 0;

Measured Convert(string name, string script) => new(name, "/bin/sh", ["-c", script, "sh", image, converted], () => Remove(converted));

static void Print(Figures figures, string ratio) => Console.WriteLine(
    $"{figures.Name,-40}{figures.MedianSeconds,10:0.00}{figures.MinSeconds,8:0.00}{figures.MaxSeconds,8:0.00}{figures.PeakMebibytes,10:0}{ratio,10}");

static void Remove(string path)
{
    if (Directory.Exists(path))
    {
        Directory.Delete(path, recursive: true);
    }

    File.Delete(path);
}
