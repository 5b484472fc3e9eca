using System.Globalization;

namespace ImagePrep.Randomness.Batteries;

/// <summary>
/// Limits for a sample of any length, computed from the exact distributions of the statistics rather than scaled from another length. Two-sided: at most half
/// of <paramref name="Alpha"/> lies on either side of each range, and a narrower range would leave out more.
/// </summary>
/// <remarks>
/// Exact means to the rounding of doubles, some 1e-12, for every statistic: ones are binomial, each count of runs is followed bit by bit, poker's sum of squares
/// is a multinomial followed count by count, and the longest run has a recurrence. The work for poker grows with the square of the length: 2,500 bytes take a
/// second, and longer samples are refused rather than approximated.
/// </remarks>
/// <param name="Alpha">Probability with which each range may reject a sample of an ideal source; at most.</param>
/// <param name="Limits">What is accepted.</param>
/// <param name="Ideal">What an ideal source is rejected with, exactly. Counts are whole numbers, so it is less than <paramref name="Alpha"/>.</param>
public sealed record ExactLimits(double Alpha, BatteryLimits Limits, RejectionProbabilities Ideal)
{
    /// <summary>The shortest sample: below that, most statistics can take no value that is rare enough to be rejected.</summary>
    public const int MinBytes = 16;

    /// <summary>The longest sample, 20,000 bits.</summary>
    public const int MaxBytes = 2500;

    /// <summary>The smallest probability that stands well clear of the rounding in poker's upper tail.</summary>
    public const double MinAlpha = 1e-9;

    /// <summary>The largest: beyond that, "rejected" says nothing.</summary>
    public const double MaxAlpha = 0.01;

    /// <summary>Used where none is asked for: good samples fail a test of some fifteen bounds about once in 100,000.</summary>
    public const double DefaultAlpha = 1e-6;

    /// <summary>Computes the limits.</summary>
    /// <param name="bytes">Length of the sample; <see cref="MinBytes"/> to <see cref="MaxBytes"/>.</param>
    /// <param name="alpha">For each statistic; <see cref="MinAlpha"/> to <see cref="MaxAlpha"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length that is not exactly computable here, or an alpha out of its range.</exception>
    public static ExactLimits For(int bytes, double alpha = DefaultAlpha)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, MinBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, MaxBytes);
        if (!(alpha >= MinAlpha && alpha <= MaxAlpha))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, $"Alpha is between {MinAlpha} and {MaxAlpha}.");
        }

        SampleDistributions distributions = new(bytes);
        int bits = 8 * bytes;
        string level = alpha.ToString("0.###e0", CultureInfo.InvariantCulture);
        BatteryLimits limits = distributions.Limits(alpha, $"exact-{bits}", $"exact bounds for {bits} bits, {level} per test");
        return new ExactLimits(alpha, limits, distributions.Rejections(limits));
    }
}
