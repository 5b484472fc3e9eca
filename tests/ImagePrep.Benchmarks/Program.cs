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

const double MostMebibytes = 200;

using ScratchFolder scratch = new();
Bench bench = new(program, scratch);
string image = RealBase.Image("bookworm", "legacy63");
IEnumerable<Comparison>[] families =
[
    DebianImage.Measure(bench, image),
    CompressedReading.Measure(bench, image),
    Realignment.Measure(bench),
    VirtualSize.Measure(bench, image),
    RandomnessThroughput.Measure(bench),
    NoiseAssessment.Measure(bench),
];
List<Comparison> commands = [];
ResultTable.WriteHead();
foreach (Comparison comparison in families.SelectMany(family => family))
{
    commands.Add(comparison);
    ResultTable.Write(comparison);
}

List<Bar> bars =
[
    .. commands.SelectMany(comparison => comparison.Bars),
    new Bar("peak memory of any command of ours", "MiB", MostMebibytes, commands.Max(comparison => comparison.Own.PeakMebibytes)),
];

Console.WriteLine();
ResultTable.Write(bars);
Console.WriteLine();
IReadOnlyList<DirectoryCost> directories = DirectoryCost.MeasureAll();
JsonSerializerOptions options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
File.WriteAllText(resultFile, JsonSerializer.Serialize(new { commands, bars, directories }, options) + "\n");
return 0;
