using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.HealthTests;

/// <summary>Cutoffs of the health tests of SP 800-90B §4.4, computed from the entropy that a noise source has per sample.</summary>
/// <remarks>α is the probability of a false alarm, 2^−20 to 2^−40 in the standard's words.</remarks>
public static class HealthTestCutoffs
{
    private const int BinaryWindow = 1024;
    private const int OtherWindow = 512;

    /// <summary>Samples of a window of the adaptive proportion test (§4.4.2): 1,024 for a source of two values, else 512.</summary>
    public static int Window(int alphabet) => alphabet <= 2 ? BinaryWindow : OtherWindow;

    /// <summary>C = 1 + ⌈−log2 α / H⌉ (§4.4.1).</summary>
    /// <param name="entropy">H, bits per sample, above 0.</param>
    /// <param name="alphaExponent">α is 2 to the minus this.</param>
    public static long RepetitionCount(double entropy, int alphaExponent)
    {
        Check(entropy, alphaExponent);
        double samples = Math.Ceiling(alphaExponent / entropy);
        return samples < long.MaxValue ? 1 + (long)samples : long.MaxValue;
    }

    /// <summary>
    /// C = 1 + CRITBINOM(W, 2^−H, 1 − α) (§4.4.2): the least count that a good source reaches with a probability of at most α. Where that is W + 1, so little
    /// entropy cannot be told from none in so short a window.
    /// </summary>
    /// <param name="entropy">H, bits per sample, above 0.</param>
    /// <param name="window">W.</param>
    /// <param name="alphaExponent">α is 2 to the minus this.</param>
    public static int AdaptiveProportion(double entropy, int window, int alphaExponent)
    {
        Check(entropy, alphaExponent);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(window);
        double p = Math.Pow(2, -entropy);
        return p < 1 ? (int)Binomial.AlarmAt(window, p, Math.Pow(2, -alphaExponent)) : window + 1;
    }

    private static void Check(double entropy, int alphaExponent)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(alphaExponent);
        if (!(entropy > 0 && double.IsFinite(entropy)))
        {
            throw new ArgumentOutOfRangeException(nameof(entropy), entropy, "Bits per sample, above 0.");
        }
    }
}
