using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>Markov estimate (SP 800-90B §6.3.3), for bits: the most likely sequence of 128 bits if each depends on the one before it only.</summary>
internal static class Markov
{
    private const int SequenceLength = 128;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Estimate Run(ReadOnlySpan<byte> bits)
    {
        if (bits.Length < 2)
        {
            return Estimate.None("needs 2 bits");
        }

        // Pairs by first and second bit.
        long[] pairs = new long[4];
        for (int i = 1; i < bits.Length; i++)
        {
            pairs[(bits[i - 1] << 1) | bits[i]]++;
        }

        long zeros = pairs[0b00] + pairs[0b01] + (bits[^1] == 0 ? 1 : 0);
        double p0 = zeros / (double)bits.Length;
        double p1 = 1 - p0;
        (double p00, double p01) = Shares(pairs[0b00], pairs[0b01]);
        (double p10, double p11) = Shares(pairs[0b10], pairs[0b11]);

        // Step 3: only these six can be the most likely one.
        ReadOnlySpan<double> sequences =
        [
            Bits((p0, 1), (p00, 127)),
            Bits((p0, 1), (p01, 64), (p10, 63)),
            Bits((p0, 1), (p01, 1), (p11, 126)),
            Bits((p1, 1), (p10, 1), (p00, 126)),
            Bits((p1, 1), (p10, 64), (p01, 63)),
            Bits((p1, 1), (p11, 127)),
        ];
        double least = SequenceLength;
        foreach (double sequence in sequences)
        {
            least = Math.Min(least, sequence);
        }

        return Estimate.Of(
            least / SequenceLength, ("p0", p0), ("p1", p1), ("p00", p00), ("p01", p01), ("p10", p10), ("p11", p11), ("pMax", Math.Pow(2, -least)));
    }

    private static (double ToZero, double ToOne) Shares(long zeros, long ones) =>
        zeros + ones == 0 ? (0, 0) : (zeros / (double)(zeros + ones), 1 - (zeros / (double)(zeros + ones)));

    /// <summary>−log2 of a product of powers; infinite if one of the factors is zero.</summary>
    private static double Bits(params ReadOnlySpan<(double P, int Times)> factors)
    {
        double bits = 0;
        foreach ((double p, int times) in factors)
        {
            bits += p > 0 ? times * Confidence.Bits(p) : double.PositiveInfinity;
        }

        return bits;
    }
}
