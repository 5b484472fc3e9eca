using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>
/// Compression estimate (SP 800-90B §6.3.4), for bits: Maurer's statistic on blocks of 6 bits, that is how long ago each block was last seen, and the
/// bias that would explain its mean.
/// </summary>
internal static class Compression
{
    /// <summary>Blocks that only fill the dictionary.</summary>
    public const int UsualDictionaryBlocks = 1000;

    private const int BlockBits = 6;
    private const int BlockValues = 1 << BlockBits;

    /// <summary>Step 5: what the standard deviation of the mean is multiplied by, because the distances depend on each other.</summary>
    private const double DeviationFactor = 0.5907;

    public static Estimate Run(ReadOnlySpan<byte> bits, int dictionaryBlocks = UsualDictionaryBlocks)
    {
        int blocks = bits.Length / BlockBits;
        int tested = blocks - dictionaryBlocks;
        if (tested < 2)
        {
            return Estimate.None($"needs {(dictionaryBlocks + 2) * BlockBits} bits");
        }

        double[] logarithms = Logarithms(blocks);
        (double mean, double deviation) = Distances(bits, blocks, dictionaryBlocks, logarithms);
        double lower = mean - (Confidence.Z * deviation / Math.Sqrt(tested));
        double p = MostLikely(lower, dictionaryBlocks, logarithms);
        return Estimate.Of(
            Confidence.Bits(p) / BlockBits, ("mean", mean), ("deviation", deviation), ("meanLower", lower), ("p", p));
    }

    /// <summary>log2 of 1 … count at their own index.</summary>
    private static double[] Logarithms(int count)
    {
        double[] logarithms = new double[count + 1];
        for (int i = 2; i <= count; i++)
        {
            logarithms[i] = Math.Log2(i);
        }

        return logarithms;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Mean, double Deviation) Distances(ReadOnlySpan<byte> bits, int blocks, int dictionaryBlocks, double[] logarithms)
    {
        int[] lastSeen = new int[BlockValues];
        double sum = 0;
        double squares = 0;
        for (int block = 1; block <= blocks; block++)
        {
            int value = 0;
            foreach (byte bit in bits.Slice((block - 1) * BlockBits, BlockBits))
            {
                value = (value << 1) | bit;
            }

            if (block > dictionaryBlocks)
            {
                // Never seen counts from before the first block.
                double logarithm = logarithms[block - lastSeen[value]];
                sum += logarithm;
                squares += logarithm * logarithm;
            }

            lastSeen[value] = block;
        }

        int tested = blocks - dictionaryBlocks;
        double mean = sum / tested;
        return (mean, DeviationFactor * Math.Sqrt(Math.Max(0, (squares / (tested - 1)) - (mean * mean))));
    }

    /// <summary>Step 7: the p of the most likely block, all others sharing the rest, whose expected mean is the observed one.</summary>
    private static double MostLikely(double mean, int dictionaryBlocks, double[] logarithms)
    {
        double low = 1.0 / BlockValues;
        if (Expected(low, dictionaryBlocks, logarithms) <= mean)
        {
            return low; // Step 8: nothing explains so high a mean but full entropy.
        }

        return Bisection.Decreasing(p => Expected(p, dictionaryBlocks, logarithms) > mean, low, 1);
    }

    private static double Expected(double p, int dictionaryBlocks, double[] logarithms) =>
        ExpectedShare(p, dictionaryBlocks, logarithms) + ((BlockValues - 1) * ExpectedShare((1 - p) / (BlockValues - 1), dictionaryBlocks, logarithms));

    /// <summary>
    /// G(z) of step 7. With F put in, block t of the v tested adds z² Σ log2(u) (1−z)^(u−1) over u &lt; t, and z log2(t) (1−z)^(t−1). The sums
    /// over u are shared by all t, so one loop over u is enough.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ExpectedShare(double z, int dictionaryBlocks, double[] logarithms)
    {
        int blocks = logarithms.Length - 1;
        double power = 1 - z;
        double inner = 0;
        double last = 0;
        for (int u = 2; u <= blocks; u++)
        {
            double term = logarithms[u] * power;
            inner += term * (blocks - Math.Max(u, dictionaryBlocks));
            last += u > dictionaryBlocks ? term : 0;
            power *= 1 - z;

            // All that is left is less than this, and is lost in rounding.
            if (power * logarithms[blocks] * blocks < z * 1e-18 * inner)
            {
                break;
            }
        }

        return z * ((z * inner) + last) / (blocks - dictionaryBlocks);
    }
}
