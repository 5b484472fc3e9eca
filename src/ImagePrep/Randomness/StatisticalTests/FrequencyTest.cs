using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Frequency (monobit) test, SP 800-22 rev 1a §2.1: ones and zeros in equal numbers.</summary>
public static class FrequencyTest
{
    public const string Clause = "SP 800-22 §2.1";

    /// <summary>§2.1.7.</summary>
    public const int MinimumBits = 100;

    /// <summary>The statistic is |ones − zeros| / √n, half-normal.</summary>
    public static TestStatistic Evaluate(BitSequence bits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        double observed = Math.Abs((2.0 * bits.Ones) - bits.Length) / Math.Sqrt(bits.Length);
        return new TestStatistic(observed, SpecialFunctions.Erfc(observed / Math.Sqrt(2)));
    }
}
