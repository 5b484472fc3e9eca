using System.Collections.Immutable;

namespace ImagePrep.Randomness.Batteries;

/// <summary>What the exact battery found in one sample. The numbers tell something of the sample: those of a seed in use must not be published.</summary>
/// <param name="Battery">"exact".</param>
/// <param name="SampleBytes">Length of the sample.</param>
/// <param name="Alpha">How often each bound may reject an ideal sample, at most.</param>
/// <param name="IdealFailureRateAtMost">How often an ideal sample of this length fails at least one bound, at most: the sum over all bounds.</param>
/// <param name="Tests">Every statistic, its bounds and its verdict.</param>
public sealed record ExactResult(string Battery, int SampleBytes, double Alpha, double IdealFailureRateAtMost, ImmutableArray<TestOutcome> Tests) : IBatteryResult
{
    private const string Clause = "after FIPS 140-2 §4.9.1, own bounds";

    /// <summary>Every statistic lies within its bounds.</summary>
    public bool Passed => Tests.All(test => test.Passed);

    public IReadOnlyList<TestOutcome> Outcomes() => Tests;

    /// <summary>The four tests, by the plain functions.</summary>
    internal static ExactResult Of(ReadOnlySpan<byte> sample, ExactLimits exact)
    {
        BatteryLimits limits = exact.Limits;
        RejectionProbabilities ideal = exact.Ideal;
        MonobitResult monobit = MonobitTest.Evaluate(sample, limits);
        PokerResult poker = PokerTest.Evaluate(sample, limits);
        PokerResult lowest = poker with { SumOfSquares = limits.SumOfSquares.Low };
        PokerResult highest = poker with { SumOfSquares = limits.SumOfSquares.High };
        RunsResult runs = RunsTest.Evaluate(sample, limits);
        LongRunResult longRun = LongRunTest.Evaluate(sample, limits);
        ImmutableArray<TestOutcome> tests =
        [
            new("monobit", Clause, "ones", monobit.Ones, monobit.Passed, monobit.Bounds.Low, monobit.Bounds.High, ideal.Monobit.Total),
            new("poker", Clause, "X", poker.X, poker.Passed, lowest.X, highest.X, ideal.Poker.Total),
            .. Enumerable.Range(0, RunsTest.Lengths).Select(i => Runs("zeros", i, runs.Zeros[i], runs.Bounds[i], ideal)),
            .. Enumerable.Range(0, RunsTest.Lengths).Select(i => Runs("ones", i, runs.Ones[i], runs.Bounds[i], ideal)),
            new("long run", Clause, "longest run", longRun.Longest, longRun.Passed, null, longRun.FailsAt - 1, ideal.LongRun),
        ];
        return new ExactResult(ExactBattery.BatteryId, sample.Length, exact.Alpha, ideal.UnionBound, tests);
    }

    private static TestOutcome Runs(string symbol, int index, int count, Bounds bounds, RejectionProbabilities ideal) => new(
        "runs", Clause, RunsTest.Statistic(symbol, index), count, bounds.Contains(count), bounds.Low, bounds.High, ideal.Runs[index].Total);
}
