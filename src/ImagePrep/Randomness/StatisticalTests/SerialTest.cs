using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Serial test, SP 800-22 rev 1a §2.11: all overlapping patterns of m bits are equally frequent.</summary>
/// <remarks>The example in §2.11.4 step 5 gives P-values 0.9057 and 0.8805, which do not follow from its statistics; 0.808792 and 0.670320 in §2.11.6 do.</remarks>
public static class SerialTest
{
    public const string Clause = "SP 800-22 §2.11";

    public const int DefaultPatternBits = 16;

    /// <summary>§2.11.7: m is less than ⌊log₂ n⌋ − 2.</summary>
    public static int MinimumBits(int patternBits = DefaultPatternBits) => 1 << (patternBits + 3);

    /// <summary>The statistics are ∇ψ² and ∇²ψ², chi-square with 2^(m−1) and 2^(m−2) degrees of freedom.</summary>
    /// <param name="bits">The sequence.</param>
    /// <param name="patternBits">m; from 2.</param>
    public static (TestStatistic First, TestStatistic Second) Evaluate(BitSequence bits, int patternBits = DefaultPatternBits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentOutOfRangeException.ThrowIfLessThan(patternBits, 2);
        int[] counts = bits.CountPatterns(patternBits);
        int[] shorter = BitSequence.Shortened(counts);
        double psi = PsiSquared(counts, bits.Length);
        double psi1 = PsiSquared(shorter, bits.Length);
        double psi2 = patternBits == 2 ? 0 : PsiSquared(BitSequence.Shortened(shorter), bits.Length);
        return (Statistic(psi - psi1, patternBits - 1), Statistic(psi - (2 * psi1) + psi2, patternBits - 2));
    }

    private static TestStatistic Statistic(double difference, int logarithmOfDegrees)
    {
        double chiSquare = Math.Max(0, difference);
        return new TestStatistic(chiSquare, SpecialFunctions.GammaQ(Math.Pow(2, logarithmOfDegrees - 1), chiSquare / 2));
    }

    /// <summary>2^m/n · Σ count² − n. The sum is a whole number, so the difference of the two large terms loses nothing.</summary>
    private static double PsiSquared(int[] counts, int total)
    {
        long sum = 0;
        foreach (int count in counts)
        {
            sum += (long)count * count;
        }

        return (double)((Int128)sum * counts.Length - ((Int128)total * total)) / total;
    }
}
