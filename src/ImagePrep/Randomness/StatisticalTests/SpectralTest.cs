using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Discrete Fourier transform (spectral) test, SP 800-22 rev 1a §2.6: periodic features, as too many or too few peaks.</summary>
/// <remarks>
/// <para>
/// The variance of the count is n · 0.95 · 0.05 / 4, as corrected in the revision of 2010 (before, / 2). The worked examples of §2.6.4 and §2.6.8 count 4 of 5 and 46 of 50
/// peaks below the threshold (P = 0.029523 and 0.168669); a correct transform gives 5 and 48 (P = 0.468160 and 0.646355). The results in the appendix agree
/// with this.
/// </para>
/// <para>
/// The true variance is nearer n · 0.95 · 0.05 / 3.8 (Pareschi, Rovatti, Setti 2012), so P-values of ideal sequences below 0.01 come up some 20 % too often. It shows
/// from thousands of sequences on.
/// </para>
/// </remarks>
public static class SpectralTest
{
    public const string Clause = "SP 800-22 §2.6";

    /// <summary>§2.6.7.</summary>
    public const int MinimumBits = 1000;

    /// <summary>The statistic is d, the normalised difference of the number of peaks below the 95 % threshold from the expected one; standard normal.</summary>
    public static TestStatistic Evaluate(BitSequence bits)
    {
        int below = PeaksBelowThreshold(bits);
        double n = bits.Length;
        double d = (below - (0.95 * n / 2)) / Math.Sqrt(n * 0.95 * 0.05 / 4);
        return new TestStatistic(d, SpecialFunctions.Erfc(Math.Abs(d) / Math.Sqrt(2)));
    }

    /// <summary>How many of the first n/2 moduli are less than √(n · ln 20).</summary>
    internal static int PeaksBelowThreshold(BitSequence bits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentOutOfRangeException.ThrowIfLessThan(bits.Length, 2, nameof(bits));
        double limit = Math.Log(1 / 0.05) * bits.Length;
        double[] signs = new double[bits.Length];
        for (int i = 0; i < signs.Length; i++)
        {
            signs[i] = bits[i] ? 1 : -1;
        }

        int below = 0;
        foreach (double power in FourierTransform.PowerOfFirstHalf(signs))
        {
            below += power < limit ? 1 : 0;
        }

        return below;
    }
}
