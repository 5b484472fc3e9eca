namespace ImagePrep.Randomness.Assessment;

/// <summary>
/// The cutoff of the restart sanity check (SP 800-90B §3.1.4.3): the most common value of 1,000 samples comes more often than this with a probability of at
/// most α, where 1 − (1 − α)^2000 = 0.01. NIST's program simulates five million times; here the distribution is computed, which gives the number
/// that the simulation is an estimate of.
/// </summary>
/// <remarks>
/// The samples are as unfavourable as their entropy allows: as many values as fit have the highest probability p = 2^−H, one more has the rest.
/// A multinomial count is a row of Poisson counts under the condition of their sum, so the probability that none is above a limit is a
/// coefficient of a product of truncated Poisson series. No term is negative, so nothing is lost by cancellation.
/// </remarks>
internal static class RestartCutoff
{
    private const int SampleCount = RestartTests.SamplesPerRestart;

    /// <summary>Rejects a source that is as good as it says with 1 %, over 1,000 rows and 1,000 columns.</summary>
    private static readonly double Alpha = 1 - Math.Pow(0.99, 1.0 / (RestartTests.Restarts + RestartTests.SamplesPerRestart));

    /// <param name="entropy">Bits of min-entropy per sample, 0 to 8.</param>
    public static int For(double entropy)
    {
        double p = Math.Pow(2, -entropy);
        int low = (int)Math.Floor(SampleCount * p) - 1;
        int high = SampleCount;
        while (low + 1 < high)
        {
            int middle = low + ((high - low) / 2);
            if (1 - NoneAbove(middle, p) <= Alpha)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return high;
    }

    /// <summary>The probability that no value comes more often than <paramref name="limit"/>.</summary>
    private static double NoneAbove(int limit, double p)
    {
        int values = (int)Math.Floor(1 / p);
        double rest = Math.Max(0, 1 - (values * p));
        double[] product = TruncatedPoisson(SampleCount * rest, limit);
        double[] square = TruncatedPoisson(SampleCount * p, limit);
        for (int left = values; left > 0; left >>= 1)
        {
            product = (left & 1) != 0 ? Multiply(product, square) : product;
            square = left > 1 ? Multiply(square, square) : square;
        }

        return product.Length > SampleCount ? product[SampleCount] / Poisson(SampleCount, SampleCount) : 0;
    }

    private static double[] TruncatedPoisson(double mean, int limit)
    {
        double[] probabilities = new double[(mean > 0 ? Math.Max(0, limit) : 0) + 1];
        for (int i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] = Poisson(mean, i);
        }

        return probabilities;
    }

    private static double Poisson(double mean, int count)
    {
        double logarithm = -mean;
        for (int i = 1; i <= count; i++)
        {
            logarithm += Math.Log(mean / i);
        }

        return Math.Exp(logarithm);
    }

    private static double[] Multiply(double[] left, double[] right)
    {
        double[] product = new double[Math.Min(left.Length + right.Length - 1, SampleCount + 1)];
        for (int i = 0; i < Math.Min(left.Length, product.Length); i++)
        {
            for (int j = 0; j < right.Length && i + j < product.Length; j++)
            {
                product[i + j] += left[i] * right[j];
            }
        }

        return product;
    }
}
