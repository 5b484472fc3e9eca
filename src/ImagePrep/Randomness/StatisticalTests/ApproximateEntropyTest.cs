using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Approximate entropy test, SP 800-22 rev 1a §2.12: frequencies of all overlapping patterns of m and of m+1 bits, compared.</summary>
public static class ApproximateEntropyTest
{
    public const string Clause = "SP 800-22 §2.12";

    public const int DefaultPatternBits = 10;

    /// <summary>§2.12.7: m is less than ⌊log₂ n⌋ − 5.</summary>
    public static int MinimumBits(int patternBits = DefaultPatternBits) => 1 << (patternBits + 6);

    /// <summary>The statistic is 2n (ln 2 − ApEn(m)), chi-square with 2^m degrees of freedom.</summary>
    /// <param name="bits">The sequence.</param>
    /// <param name="patternBits">m.</param>
    public static TestStatistic Evaluate(BitSequence bits, int patternBits = DefaultPatternBits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        int[] longer = bits.CountPatterns(patternBits + 1);
        double entropy = SumOfLogarithms(BitSequence.Shortened(longer), bits.Length) - SumOfLogarithms(longer, bits.Length);
        double chiSquare = Math.Max(0, 2.0 * bits.Length * (Math.Log(2) - entropy));
        return new TestStatistic(chiSquare, SpecialFunctions.GammaQ(Math.Pow(2, patternBits - 1), chiSquare / 2));
    }

    /// <summary>φ: Σ share · ln share over the patterns.</summary>
    private static double SumOfLogarithms(int[] counts, int total)
    {
        double sum = 0;
        foreach (int count in counts)
        {
            double share = count / (double)total;
            sum += count == 0 ? 0 : share * Math.Log(share);
        }

        return sum;
    }
}
