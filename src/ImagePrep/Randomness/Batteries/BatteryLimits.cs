using System.Collections.Immutable;

namespace ImagePrep.Randomness.Batteries;

/// <summary>
/// What each test of a battery accepts for samples of one length. Limits never scale with the length (a standard deviation grows with
/// its square root), so every length has limits of its own.
/// </summary>
/// <param name="Name">The battery's name as reports print it.</param>
/// <param name="SampleBytes">Length of the sample that the limits are for.</param>
/// <param name="Ones">Accepted number of ones.</param>
/// <param name="SumOfSquares">Accepted sum of the squared nibble counts (see <see cref="PokerTest"/>).</param>
/// <param name="Runs">Accepted number of runs of length 1, 2, 3, 4, 5 and "6 or more", of zeros and of ones alike.</param>
/// <param name="LongRunFailsAt">Shortest run that fails.</param>
public sealed record BatteryLimits(
    string Name, int SampleBytes, Bounds Ones, Bounds SumOfSquares, ImmutableArray<Bounds> Runs, int LongRunFailsAt)
{
    /// <summary>
    /// FIPS 140-2 §4.9.1 with the intervals of Change Notice 1 (2001-10-10), for 20,000 bits. Change Notice 2 (2002-12-03) withdrew the
    /// tests: they are an alarm for broken generators, not a mark of compliance. An ideal source fails one block in 1,258.
    /// </summary>
    /// <remarks>
    /// The clause's "9,725 &lt; X &lt; 10,275" and "2.16 &lt; X &lt; 46.17" are strict; here they are the integers just inside. Poker's
    /// X = 16/5000 · S − 5000 with S the sum of squares, so S lies in 1,563,176 … 1,576,928.
    /// </remarks>
    public static BatteryLimits Fips140ChangeNotice1 { get; } = new(
        "FIPS 140-2 statistical tests, Change Notice 1 (withdrawn 2002-12-03)",
        SampleBytes: 2500,
        Ones: new Bounds(9_726, 10_274),
        SumOfSquares: new Bounds(1_563_176, 1_576_928),
        Runs: [new(2_315, 2_685), new(1_114, 1_386), new(527, 723), new(240, 384), new(103, 209), new(103, 209)],
        LongRunFailsAt: 26);

    /// <summary>
    /// Exact limits for the 4,096 bits of a seed, two-sided 1e-6 per test. At 1e-6 all of them together reject at most 1.1e-5 of good
    /// seeds, so they barely add to the redraws that the block tests cause (7.95e-4) and need no limit of their own on redraws per batch.
    /// </summary>
    /// <remarks>
    /// Ones: binomial. Runs: exact distribution of the count of runs of one symbol. Long run: 9.5e-7. Poker: exact multinomial,
    /// X = 16/1024 · S − 1024 from 1.09375 to 58.8125.
    /// </remarks>
    public static BatteryLimits Seed4096 { get; } = new(
        "exact bounds for 4096 bits, 1e-6 per test",
        SampleBytes: 512,
        Ones: new Bounds(1_892, 2_204),
        SumOfSquares: new Bounds(65_606, 69_300),
        Runs: [new(411, 618), new(188, 329), new(80, 181), new(30, 104), new(9, 62), new(9, 61)],
        LongRunFailsAt: 32);

    internal void Check(ReadOnlySpan<byte> sample)
    {
        if (sample.Length != SampleBytes)
        {
            throw new ArgumentException($"{Name}: a sample has {SampleBytes} bytes, not {sample.Length}.", nameof(sample));
        }
    }
}
