using System.Globalization;
using ImagePrep.Randomness;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.StatisticalTests;

namespace ImagePrep.Cli.Rendering;

/// <summary>The result of a battery, for people.</summary>
internal static class RngTestText
{
    /// <summary>What is said of an input that holds no whole block.</summary>
    public const string NoBlock = "No whole block to test: 2,504 bytes are the least (4 that prime the continuous test, then 2,500 a block).";

    private const int BytesPerBlock = 2500;

    /// <summary>Up to here the approximations of SP 800-22 add a fifth to the false alarms at most (docs/decisions/0009).</summary>
    private const int SequencesWithoutApproximations = 1_000;

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>What is said of a stream that may have held more sequences than are tested.</summary>
    public static string NoMore { get; } = string.Create(
        Culture, $"More than {Sp80022Battery.MaxSequences:N0} sequences are not tested; what follows them was not read.");

    public static void Write(TextWriter output, IStreamBattery battery, IBatteryResult result, TimeSpan elapsed)
    {
        switch (result)
        {
            case RngTestResult blocks:
                WriteBlocks(output, battery, blocks, elapsed);
                break;
            case ExactResult sample:
                WriteSample(output, sample);
                break;
            case Sp80022Result sequences:
                WriteSequences(output, battery, sequences, elapsed);
                break;
            default:
                throw new ArgumentException($"No text for a {result.GetType().Name}.", nameof(result));
        }
    }

    private static void WriteBlocks(TextWriter output, IStreamBattery battery, RngTestResult result, TimeSpan elapsed)
    {
        if (result.Blocks == 0)
        {
            output.WriteLine(NoBlock);
            return;
        }

        double rate = result.Blocks * BytesPerBlock / 1e6 / Math.Max(elapsed.TotalSeconds, 1e-6);
        double ideal = BatteryLimits.ForStream(result.Battery).IdealFailureRate;
        output.WriteLine(string.Create(Culture, $"{result.Blocks:N0} blocks of 20,000 bits, {result.FailedBlocks:N0} failed ({rate:N0} MB/s)"));
        output.WriteLine(string.Create(Culture, $"{battery.Name}: an ideal source fails about {result.Blocks * ideal:N1} of that many."));
        output.WriteLine();
        output.WriteLine("Failed blocks by test");
        foreach (TestOutcome test in result.Outcomes())
        {
            output.WriteLine(string.Create(Culture, $"  {test.Test,-16} {test.Value,8:N0}"));
        }
    }

    private static void WriteSample(TextWriter output, ExactResult result)
    {
        string verdict = result.Passed ? "passed" : $"failed {result.Tests.Count(test => !test.Passed)} of {result.Tests.Length} bounds";
        output.WriteLine(string.Create(Culture, $"One sample of {result.SampleBytes:N0} bytes: {verdict}"));
        output.WriteLine(string.Create(
            Culture,
            $"Exact bounds for {8 * result.SampleBytes:N0} bits, {result.Alpha:0.###e0} each: one ideal sample in {1 / result.IdealFailureRateAtMost:N0} fails, or fewer."));
        output.WriteLine("The numbers tell something of the sample: do not publish them for a seed that is in use.");
        output.WriteLine();
        WriteOutcomes(output, result.Tests);
    }

    private static void WriteSequences(TextWriter output, IStreamBattery battery, Sp80022Result result, TimeSpan elapsed)
    {
        TestOutcome[] failed = [.. result.Tests.Where(test => !test.Passed)];
        string verdict = failed.Length == 0 ? "passed" : $"failed {failed.Length} of {result.Tests.Length} bounds";
        double rate = result.Sequences * (result.SequenceBits / 8e6) / Math.Max(elapsed.TotalSeconds, 1e-6);
        output.WriteLine(string.Create(Culture, $"{result.Sequences:N0} {(result.Sequences == 1 ? "sequence" : "sequences")} of {result.SequenceBits:N0} bits: {verdict} ({rate:0.0} MB/s)"));
        output.WriteLine($"{battery.Name}. Single P-values below 0.01 are no failure; an ideal source fails any of the {result.Tests.Length} bounds");
        output.WriteLine(string.Create(Culture, $"in at most one run of {1 / result.FalseAlarmRate:N0}, as far as its P-values are uniform."));
        if (result.Sequences > SequencesWithoutApproximations)
        {
            output.WriteLine("Those of the spectral test are not quite: of 3,000 sequences about one run in 500 fails, of 10,000 one in 130.");
        }

        if (result.Sequences == Sp80022Battery.MaxSequences)
        {
            output.WriteLine(NoMore);
        }

        if (result.Sequences < PValueSeries.SequencesForUniformity)
        {
            output.WriteLine($"So little data shows gross faults only: uniformity needs {PValueSeries.SequencesForUniformity}, and the publication asks for a hundred sequences.");
        }

        output.WriteLine();
        output.WriteLine("  test                 P >= 0.01       smallest P  uniformity");
        foreach (PValueSeries series in result.Series)
        {
            string proportion = $"{series.Passing.ToString("N0", Culture)} of {series.Sequences.ToString("N0", Culture)}";
            output.WriteLine($"  {series.Test,-19}  {proportion,-14}  {Probability(series.Smallest),10}  {Probability(series.Uniformity),10}".TrimEnd());
        }

        if (failed.Length > 0)
        {
            output.WriteLine();
            output.WriteLine("Failed bounds");
            WriteOutcomes(output, failed);
        }
    }

    private static void WriteOutcomes(TextWriter output, IReadOnlyList<TestOutcome> tests)
    {
        int name = tests.Max(test => test.Test.Length);
        int statistic = tests.Max(test => test.Statistic.Length);
        foreach (TestOutcome test in tests)
        {
            string verdict = test.Passed ? "" : "  FAILED";
            output.WriteLine($"  {test.Test.PadRight(name)}  {test.Statistic.PadRight(statistic)}  {Number(test.Value),10}  {Accepted(test),-20}{verdict}".TrimEnd());
        }
    }

    internal static string Accepted(TestOutcome test) => (test.Low, test.High) switch
    {
        (null, null) => "",
        (null, 0) => "none",
        (null, { } high) => $"at most {Number(high)}",
        ({ } low, null) => $"at least {Number(low)}",
        ({ } low, { } high) => $"{Number(low)} to {Number(high)}",
    };

    private static string Probability(double? probability) => probability switch
    {
        null => "",
        0 => "0",
        { } value => value.ToString(value < 1e-4 ? "0.0e0" : "0.000000", Culture),
    };

    internal static string Number(double value) => value == Math.Floor(value) && Math.Abs(value) < 1e15
        ? value.ToString("N0", Culture)
        : value.ToString(Math.Abs(value) < 0.001 ? "0.###e0" : "0.######", Culture);
}
