using System.Collections.Immutable;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>One test of SP 800-22 with its usual parameters.</summary>
/// <param name="Clause">Where it is defined.</param>
/// <param name="MinimumBits">The shortest sequence that its clause recommends.</param>
/// <param name="Series">Names of the P-values it gives: one or two.</param>
/// <param name="Evaluate">Computes them, in that order.</param>
public sealed record StatisticalTest(string Clause, int MinimumBits, ImmutableArray<string> Series, Func<BitSequence, ImmutableArray<TestStatistic>> Evaluate)
{
    /// <summary>
    /// The tests that fit a generator of keys. Template matching and random excursions are left out: the first has published errors in its probabilities, the second
    /// applies to some sequences only.
    /// </summary>
    public static ImmutableArray<StatisticalTest> All { get; } =
    [
        new(FrequencyTest.Clause, FrequencyTest.MinimumBits, ["frequency"], bits => [FrequencyTest.Evaluate(bits)]),
        new(BlockFrequencyTest.Clause, BlockFrequencyTest.MinimumBits, ["block frequency"], bits => [BlockFrequencyTest.Evaluate(bits)]),
        new(TotalRunsTest.Clause, TotalRunsTest.MinimumBits, ["runs"], bits => [TotalRunsTest.Evaluate(bits)]),
        new(LongestRunTest.Clause, LongestRunTest.MinimumBits, ["longest run of ones"], bits => [LongestRunTest.Evaluate(bits)]),
        new(MatrixRankTest.Clause, MatrixRankTest.MinimumBits, ["rank"], bits => [MatrixRankTest.Evaluate(bits)]),
        new(SpectralTest.Clause, SpectralTest.MinimumBits, ["DFT"], bits => [SpectralTest.Evaluate(bits)]),
        new(UniversalTest.Clause, UniversalTest.MinimumBits, ["universal"], bits => [UniversalTest.Evaluate(bits)]),
        new(LinearComplexityTest.Clause, LinearComplexityTest.MinimumBits, ["linear complexity"], bits => [LinearComplexityTest.Evaluate(bits)]),
        new(SerialTest.Clause, SerialTest.MinimumBits(), ["serial, first", "serial, second"], bits => Two(SerialTest.Evaluate(bits))),
        new(ApproximateEntropyTest.Clause, ApproximateEntropyTest.MinimumBits(), ["approximate entropy"], bits => [ApproximateEntropyTest.Evaluate(bits)]),
        new(CumulativeSumsTest.Clause, CumulativeSumsTest.MinimumBits, ["cusum, forward", "cusum, backward"], bits => Two(CumulativeSumsTest.Evaluate(bits))),
    ];

    private static ImmutableArray<TestStatistic> Two((TestStatistic First, TestStatistic Second) both) => [both.First, both.Second];
}
