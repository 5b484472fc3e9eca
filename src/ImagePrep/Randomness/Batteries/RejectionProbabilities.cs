using System.Collections.Immutable;

namespace ImagePrep.Randomness.Batteries;

/// <summary>How often each test rejects a sample of an ideal source: independent fair bits. Exact, by distributions, not by simulation.</summary>
/// <param name="Monobit">Number of ones: binomial.</param>
/// <param name="Poker">Sum of squared nibble counts: multinomial.</param>
/// <param name="Runs">Number of runs of length 1, 2, 3, 4, 5 and "6 or more" of <em>one</em> symbol; the other symbol has the same.</param>
/// <param name="LongRun">Longest run of either symbol.</param>
public sealed record RejectionProbabilities(Tails Monobit, Tails Poker, ImmutableArray<Tails> Runs, double LongRun)
{
    /// <summary>
    /// No less than the probability that any of the tests rejects: the sum over the ones, poker, twelve counts of runs and the long run. The truth is a little
    /// less, because a sample may fail several.
    /// </summary>
    public double UnionBound => Monobit.Total + Poker.Total + (2 * Runs.Sum(tails => tails.Total)) + LongRun;

    /// <summary>For the given limits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sample is longer than <see cref="ExactLimits.MaxBytes"/>.</exception>
    public static RejectionProbabilities Of(BatteryLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new SampleDistributions(limits.SampleBytes).Rejections(limits);
    }
}
