using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ImagePrep.Golden;
using ImagePrep.Nodes;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Drbg;
using ImagePrep.Randomness.Fleet;
using ImagePrep.Randomness.Seeds;
using ImagePrep.Randomness.Sources;
using ImagePrep.Recipes;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Reports;

/// <summary>
/// The document that argues why the seeds of node images cannot be predicted: for the product as it is, or for one run, with that run's sources,
/// verdicts and guest. Its figures come from the code that acts by them; its text is entropy-rationale.md beside this file. Markdown, LF.
/// </summary>
public static partial class EntropyRationale
{
    public const string FileName = "entropy-rationale.md";

    /// <summary>Batches of this size stand for all where no run is spoken of.</summary>
    private const int LargeBatch = 10_000;

    /// <summary>Nodes of the batch that the text has an example of.</summary>
    private const int BatchOfBias = 1_000;

    // Exact, and too slow to compute for each run: a test holds them to RejectionProbabilities.
    internal const double MonobitRate = 1.03e-4;
    internal const double PokerRate = 1.00e-4;
    internal const double RunsRate = 3.00e-4;
    internal const double LongRunRate = 2.98e-4;
    internal const double SeedRate = 1.09e-5;

    /// <summary>625 pairs of neighbouring words times 2⁻³².</summary>
    private const double ContinuousRate = 625.0 / (1L << 32);

    private const string Template = "reports/" + FileName;

    /// <summary>Of the product, with every source and every kind of guest.</summary>
    public static string OfProduct() => Fill(
        subject: $"ImagePrep {GoldenWriter.ToolVersion}. Each run that makes node images writes the same document for that run, as `{FileName}` beside its report.",
        run: "",
        SourceRows(
        [
            ("getrandom(2)", KernelEntropySource.Account),
            ("RandomNumberGenerator", RuntimeEntropySource.Account),
            ("`--entropy-file`", FileEntropySource.Account),
        ]),
        GuestRationale.OfProduct(),
        KeyRationale.OfProduct(),
        nodes: null);

    /// <summary>Of one run.</summary>
    /// <param name="golden">The golden image that nodes were made from.</param>
    /// <param name="tests">What was tested on their seeds.</param>
    /// <param name="finished">When that was.</param>
    internal static string OfRun(GoldenDocument golden, SeedTests tests, DateTimeOffset finished)
    {
        SeedTestReport draws = tests.Draws;
        return Fill(
            string.Create(
                CultureInfo.InvariantCulture,
                $"For {Count(draws.Nodes.Count, "node image")} made by ImagePrep {GoldenWriter.ToolVersion} on {finished.UtcDateTime:yyyy-MM-dd HH:mm} UTC."),
            RunSection(golden, tests),
            SourceRows(draws.Sources.Select(Foreign).Zip(draws.SourceDescriptions)),
            GuestRationale.Of(golden),
            KeyRationale.Of(golden.NodeEntropy),
            draws.Nodes.Count);
    }

    private static string Fill(string subject, string run, string sources, string guest, string keys, int? nodes)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["subject"] = subject,
            ["run"] = run,
            ["sources"] = sources,
            ["guest"] = guest,
            ["keys"] = keys,
            ["seedBytes"] = Text(NodeSecrets.SeedBytes),
            ["blockBytes"] = Text(BatteryLimits.Fips140ChangeNotice1.SampleBytes),
            ["inputBytes"] = Text(EntropyInputs.BytesPerSource),
            ["nonceBytes"] = Text(EntropyInputs.NonceBytes),
            ["identityBytes"] = Text(NodeSecrets.MachineIdBytes + NodeSecrets.NonceBytes),
            ["repetitions"] = Text(CheckedSource.RepetitionCutoff),
            ["proportion"] = Text(CheckedSource.ProportionCutoff),
            ["window"] = Text(CheckedSource.Window),
            ["drawTests"] = DrawTests(),
            ["twoInARow"] = string.Create(CultureInfo.InvariantCulture, $"{1 / RedrawPolicy.TwoInARowRate(1) / 1e6:0.0} million"),
            ["twoInARowRate"] = Rate(RedrawPolicy.TwoInARowRate(nodes ?? LargeBatch)),
            ["batch"] = nodes is { } size ? $"this batch of {Text(size)}" : $"a batch of {Text(LargeBatch)}",
            ["allPairs"] = Text(HammingDistanceTest.MostAllPairs),
            ["foundOverBatch"] = Percent(PooledMonobitTest.FoundBias(BatchOfBias)),
            ["batchOfBias"] = Text(BatchOfBias),
            ["foundInSeed"] = Percent(PooledMonobitTest.FoundBias(1)),
            ["patience"] = Text((int)FileEntropySource.Patience.TotalSeconds),
            ["redrawAlpha"] = Rate(RedrawPolicy.Alpha),
            ["redrawLimits"] = RedrawLimits(nodes),
            ["fleetTests"] = FleetRows(nodes),
            ["familyWise"] = Rate(FleetTests.Standard.Sum(test => test.FalseAlarmRate(nodes ?? LargeBatch))),
        };
        return Field().Replace(EmbeddedFiles.ReadText(Template), field => values[field.Groups[1].Value]);
    }

    private static string RunSection(GoldenDocument golden, SeedTests tests)
    {
        SeedTestReport draws = tests.Draws;
        string[] redrawn = [.. draws.Nodes.Where(node => node.Redrawn).Select(node => node.Node)];
        StringBuilder text = new("## This run\n\n| | |\n|---|---|\n");
        Row("golden image", $"`{golden.Golden.File}`, SHA-256 `{golden.Golden.Sha256}`");
        Row("base", $"SHA-256 `{golden.Base.Sha256}`");
        Row("guest", $"{Foreign(golden.Guest.Name)}, {golden.Guest.Init}{(golden.Guest.InitVersion > 0 ? " " + Text(golden.Guest.InitVersion) : "")}");
        Row("recipe", $"{Foreign(golden.Recipe.Name)}, SHA-256 `{golden.Recipe.Sha256}`");
        Row("generator", draws.Generator);
        Row("sources", string.Join(", ", draws.Sources.Select(Foreign)));
        Row("draws", $"{Count(draws.Nodes.Count, "seed")} passed {draws.BlockBattery} and the {draws.SeedBattery}");
        Row("discarded draws", redrawn.Length == 0 ? "none" : $"{redrawn.Length}, for {string.Join(", ", redrawn.Take(20))}{(redrawn.Length > 20 ? ", …" : "")}");
        Row("across the batch", Verdicts(draws.Fleet));
        Row("read back from the images", $"each is the one that was issued; {Verdicts(tests.ReadBack)}");
        return text.Append('\n').ToString();

        void Row(string name, string value) => text.Append("| ").Append(name).Append(" | ").Append(Cell(value)).Append(" |\n");
    }

    private static string Verdicts(IReadOnlyList<FleetVerdict> verdicts) =>
        $"{verdicts.Count(verdict => verdict.Passed)} of {Count(verdicts.Count, "test")} passed";

    private static string SourceRows(IEnumerable<(string Name, SourceDescription Account)> sources)
    {
        StringBuilder text = new("| source | what it is | why it cannot be predicted | what that needs |\n|---|---|---|---|\n");
        foreach ((string name, SourceDescription account) in sources)
        {
            text.Append("| ").Append(Cell(name)).Append(" | ").Append(Cell(account.What)).Append(" | ").Append(Cell(account.Why)).Append(" | ").Append(Cell(account.Needs)).Append(" |\n");
        }

        return text.ToString().TrimEnd('\n');
    }

    private static string DrawTests()
    {
        BatteryLimits block = BatteryLimits.Fips140ChangeNotice1;
        BatteryLimits seed = BatteryLimits.Seed4096;
        return string.Join('\n',
        [
            $"| number of ones | block | {Between(block.Ones)} of {Text(block.SampleBytes * 8)} | {Rate(MonobitRate)} |",
            $"| poker: sum of squares of the sixteen nibble counts | block | {Between(block.SumOfSquares)} | {Rate(PokerRate)} |",
            $"| runs of 1, 2, 3, 4, 5, and 6 or more, of each symbol | block | {string.Join("; ", block.Runs.Select(Between))} | {Rate(RunsRate)} at most |",
            $"| longest run | block | below {Text(block.LongRunFailsAt)} | {Rate(LongRunRate)} |",
            $"| 32-bit word equal to the one before | block | none | {Rate(ContinuousRate)} |",
            $"| all of these | block | | {Rate(block.IdealFailureRate)}, simulated over 20 million blocks |",
            $"| the same four with exact bounds | seed | ones {Between(seed.Ones)} of {Text(seed.SampleBytes * 8)}, runs {string.Join("; ", seed.Runs.Select(Between))}, longest below {Text(seed.LongRunFailsAt)} | {Rate(SeedRate)} at most |",
        ]);
    }

    private static string RedrawLimits(int? nodes) => nodes is { } count
        ? $"{Text(RedrawPolicy.AlarmAt(count))} in this batch of {Text(count)}"
        : string.Join(", ", ((int[])[100, 1_000, 10_000]).Select(size => $"{Text(RedrawPolicy.AlarmAt(size))} of {Text(size)}"));

    private static string FleetRows(int? nodes) => string.Join('\n', FleetTests.Standard.Select(test =>
        $"| {test.Name} | {test.Finds} | {Rate(test.FalseAlarmRate(nodes ?? LargeBatch))}{(nodes is null && test.FalseAlarmRate(100) < test.FalseAlarmRate(LargeBatch) ? $", at {Text(LargeBatch)} nodes" : "")} |"));

    private static string Between(Bounds bounds) => $"{Text(bounds.Low)} to {Text(bounds.High)}";

    private static string Rate(double rate) => rate == 0 ? "0" : rate.ToString("0.0#e-0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("G3", CultureInfo.InvariantCulture);

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{Text(number)} {noun}s";

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>What ends a cell.</summary>
    private static string Cell(string text) => UnescapedBar().Replace(text, @"\|").ReplaceLineEndings(" ");

    /// <summary>A name that this program did not choose, of a guest, a recipe or a file, as plain text: no control characters, no markup.</summary>
    internal static string Foreign(string name) => Markup().Replace(PrintableText.From(name), @"\$0").Replace("\\<", "&lt;", StringComparison.Ordinal);

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex UnescapedBar();

    [GeneratedRegex(@"[\\`*_\[\]<>&|~]")]
    private static partial Regex Markup();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Field();
}
