using System.Collections.Immutable;

namespace ImagePrep.Randomness.Batteries;

/// <summary>Values of one statistic over several blocks, against its bounds.</summary>
/// <param name="Test">The test.</param>
/// <param name="Statistic">What was counted, such as "runs of zeros, length 2".</param>
/// <param name="Low">Smallest value that passes; null where only large ones fail.</param>
/// <param name="High">Largest value that passes.</param>
/// <param name="Values">One for each block, in order.</param>
public sealed record StatisticSpread(string Test, string Statistic, long? Low, long High, ImmutableArray<long> Values)
{
    public long Smallest => Values.Min();

    public long Largest => Values.Max();

    public double Mean => Values.Average();

    /// <summary>Blocks outside of the bounds.</summary>
    public int Failed => Values.Count(value => value < Low || value > High);

    /// <summary>Every statistic of the four tests, block by block; by the plain functions, which keep the numbers.</summary>
    /// <param name="bytes">Blocks one after the other; what is left over is not looked at.</param>
    /// <param name="limits">Of the blocks.</param>
    public static IReadOnlyList<StatisticSpread> Of(ReadOnlySpan<byte> bytes, BatteryLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        List<long> ones = [];
        List<long> squares = [];
        List<long> longest = [];
        List<long>[] runsOfZeros = [.. Enumerable.Range(0, RunsTest.Lengths).Select(_ => new List<long>())];
        List<long>[] runsOfOnes = [.. Enumerable.Range(0, RunsTest.Lengths).Select(_ => new List<long>())];
        for (; bytes.Length >= limits.SampleBytes; bytes = bytes[limits.SampleBytes..])
        {
            ReadOnlySpan<byte> block = bytes[..limits.SampleBytes];
            ones.Add(MonobitTest.Evaluate(block, limits).Ones);
            squares.Add(PokerTest.Evaluate(block, limits).SumOfSquares);
            longest.Add(LongRunTest.Evaluate(block, limits).Longest);
            RunsResult runs = RunsTest.Evaluate(block, limits);
            for (int i = 0; i < RunsTest.Lengths; i++)
            {
                runsOfZeros[i].Add(runs.Zeros[i]);
                runsOfOnes[i].Add(runs.Ones[i]);
            }
        }

        return ones.Count == 0
            ? []
            :
            [
                new("monobit", "ones", limits.Ones.Low, limits.Ones.High, [.. ones]),
                new("poker", "sum of squared nibble counts", limits.SumOfSquares.Low, limits.SumOfSquares.High, [.. squares]),
                .. Runs("zeros", runsOfZeros, limits),
                .. Runs("ones", runsOfOnes, limits),
                new("long run", "longest run", null, limits.LongRunFailsAt - 1, [.. longest]),
            ];
    }

    private static IEnumerable<StatisticSpread> Runs(string symbol, List<long>[] counts, BatteryLimits limits) => counts.Select((values, i) =>
        new StatisticSpread("runs", RunsTest.Statistic(symbol, i), limits.Runs[i].Low, limits.Runs[i].High, [.. values]));
}
