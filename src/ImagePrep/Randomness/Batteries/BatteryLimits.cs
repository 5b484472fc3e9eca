using System.Collections.Immutable;

namespace ImagePrep.Randomness.Batteries;

/// <summary>
/// What each test of a battery accepts for samples of one length. Limits never scale with the length (a standard deviation grows with
/// its square root), so every length has limits of its own.
/// </summary>
/// <param name="Id">Short name, for options and JSON.</param>
/// <param name="Name">The battery's name as reports print it.</param>
/// <param name="SampleBytes">Length of the sample that the limits are for.</param>
/// <param name="Ones">Accepted number of ones.</param>
/// <param name="SumOfSquares">Accepted sum of the squared nibble counts (see <see cref="PokerTest"/>).</param>
/// <param name="Runs">Accepted number of runs of length 1, 2, 3, 4, 5 and "6 or more", of zeros and of ones alike.</param>
/// <param name="LongRunFailsAt">Shortest run that fails.</param>
public sealed record BatteryLimits(
    string Id, string Name, int SampleBytes, Bounds Ones, Bounds SumOfSquares, ImmutableArray<Bounds> Runs, int LongRunFailsAt)
{
    /// <summary>Id of the battery that is used when none is asked for.</summary>
    public const string DefaultId = "fips140-2-cn1";

    /// <summary>
    /// FIPS 140-1 (1994) §4.11.1, for 20,000 bits: the same four tests with wider limits, which BSI's AIS 20/31 kept as T1 to T4. Each rejects an ideal block
    /// with about 1e-6.
    /// </summary>
    /// <remarks>"9,654 &lt; X &lt; 10,346" and "1.03 &lt; X &lt; 57.4" are strict: S lies in 1,562,822 … 1,580,437.</remarks>
    public static BatteryLimits Fips1401 { get; } = new(
        "fips140-1",
        "FIPS 140-1 statistical tests",
        SampleBytes: 2500,
        Ones: new Bounds(9_655, 10_345),
        SumOfSquares: new Bounds(1_562_822, 1_580_437),
        Runs: [new(2_267, 2_733), new(1_079, 1_421), new(502, 748), new(223, 402), new(90, 223), new(90, 223)],
        LongRunFailsAt: 34)
    {
        Clause = "FIPS 140-1 §4.11.1",
        ContinuousClause = "FIPS 140-1 §4.11.2",
        IdealFailureRate = 4.4e-6,
    };

    /// <summary>
    /// FIPS 140-2 (2001-05-25) §4.9.1 as first published, for 20,000 bits. Its intervals for runs reject one ideal block in 235, which is why Change Notice 1
    /// widened them.
    /// </summary>
    public static BatteryLimits Fips1402 { get; } = new(
        "fips140-2",
        "FIPS 140-2 statistical tests, as first published",
        SampleBytes: 2500,
        Ones: new Bounds(9_726, 10_274),
        SumOfSquares: new Bounds(1_563_176, 1_576_928),
        Runs: [new(2_343, 2_657), new(1_135, 1_365), new(542, 708), new(251, 373), new(111, 201), new(111, 201)],
        LongRunFailsAt: 26)
    {
        IdealFailureRate = 4.249e-3,
    };

    /// <summary>
    /// FIPS 140-2 §4.9.1 with the intervals of Change Notice 1 (2001-10-10), for 20,000 bits. Change Notice 2 (2002-12-03) withdrew the
    /// tests: they are an alarm for broken generators, not a mark of compliance. An ideal source fails one block in 1,258.
    /// </summary>
    /// <remarks>
    /// The clause's "9,725 &lt; X &lt; 10,275" and "2.16 &lt; X &lt; 46.17" are strict; here they are the integers just inside. Poker's
    /// X = 16/5000 · S − 5000 with S the sum of squares, so S lies in 1,563,176 … 1,576,928.
    /// </remarks>
    public static BatteryLimits Fips140ChangeNotice1 { get; } = new(
        DefaultId,
        "FIPS 140-2 statistical tests, Change Notice 1 (withdrawn 2002-12-03)",
        SampleBytes: 2500,
        Ones: new Bounds(9_726, 10_274),
        SumOfSquares: new Bounds(1_563_176, 1_576_928),
        Runs: [new(2_315, 2_685), new(1_114, 1_386), new(527, 723), new(240, 384), new(103, 209), new(103, 209)],
        LongRunFailsAt: 26)
    {
        IdealFailureRate = 7.95e-4,
    };

    /// <summary>
    /// Exact limits for the 4,096 bits of a seed, two-sided 1e-6 per test. At 1e-6 all of them together reject at most 1.1e-5 of good
    /// seeds, so they barely add to the redraws that the block tests cause (7.95e-4) and need no limit of their own on redraws per batch.
    /// </summary>
    /// <remarks>
    /// What <see cref="ExactLimits.For"/> computes, written down so that no run has to wait for it; a test holds the two together. Long run: 9.5e-7. Poker:
    /// X = 16/1024 · S − 1024 from 1.09375 to 58.8125.
    /// </remarks>
    public static BatteryLimits Seed4096 { get; } = new(
        "exact-4096",
        "exact bounds for 4096 bits, 1e-6 per test",
        SampleBytes: 512,
        Ones: new Bounds(1_892, 2_204),
        SumOfSquares: new Bounds(65_606, 69_300),
        Runs: [new(411, 618), new(188, 329), new(80, 181), new(30, 104), new(9, 62), new(9, 61)],
        LongRunFailsAt: 32);

    /// <summary>Where the tests are defined.</summary>
    public string Clause { get; init; } = "FIPS 140-2 §4.9.1";

    /// <summary>Where the continuous test is defined.</summary>
    public string ContinuousClause { get; init; } = "FIPS 140-2 §4.9.2";

    /// <summary>Those for streams: blocks of 20,000 bits.</summary>
    public static IReadOnlyList<BatteryLimits> ForStreams { get; } = [Fips1401, Fips1402, Fips140ChangeNotice1];

    /// <summary>Those of a battery for streams.</summary>
    /// <exception cref="InvalidOperationException">There is none with this id.</exception>
    public static BatteryLimits ForStream(string id) => ForStreams.First(limits => limits.Id == id);

    /// <summary>
    /// Share of blocks of an ideal source that fail at least one of the four tests; 0 where it is not known. By simulation over 20,480,000 blocks of AES-256 in
    /// counter mode: FIPS 140-1 91 failures, 140-2 ± 1.4e-5, Change Notice 1 ± 6e-6.
    /// </summary>
    public double IdealFailureRate { get; init; }

    internal void Check(ReadOnlySpan<byte> sample)
    {
        if (sample.Length != SampleBytes)
        {
            throw new ArgumentException($"{Name}: a sample has {SampleBytes} bytes, not {sample.Length}.", nameof(sample));
        }
    }
}
