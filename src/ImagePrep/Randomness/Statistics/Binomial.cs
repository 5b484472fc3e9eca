namespace ImagePrep.Randomness.Statistics;

/// <summary>Exact tails of the binomial distribution: limits are computed, not approximated or looked up.</summary>
internal static class Binomial
{
    /// <summary>P(X ≥ k) for n trials with probability p each.</summary>
    public static double UpperTail(long n, double p, long k)
    {
        if (k <= 0)
        {
            return 1;
        }

        if (k > n)
        {
            return 0;
        }

        // Terms shrink beyond the mean, each a known factor of the one before; below it, the other tail is the short one.
        return k > n * p ? TailBeyondMean(n, p, k) : 1 - TailBeyondMean(n, 1 - p, n - k + 1);
    }

    /// <summary>P(X = k) for n trials with probability p each, 0 &lt; p &lt; 1.</summary>
    public static double Probability(long n, double p, long k) =>
        Math.Exp(LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k) + (k * Math.Log(p)) + ((n - k) * Math.Log(1 - p)));

    /// <summary>The smallest k with P(X ≥ k) ≤ alpha: so many or more are an alarm.</summary>
    public static long AlarmAt(long n, double p, double alpha)
    {
        long low = 0;
        long high = n + 1;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (UpperTail(n, p, middle) <= alpha)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private static double TailBeyondMean(long n, double p, long k)
    {
        double term = Probability(n, p, k);
        double sum = 0;
        for (long i = k; i <= n && term > sum * 1e-17; i++)
        {
            sum += term;
            term *= (n - i) / (double)(i + 1) * (p / (1 - p));
        }

        return sum;
    }

    private static double LogFactorial(long n)
    {
        if (n < 256)
        {
            double sum = 0;
            for (long i = 2; i <= n; i++)
            {
                sum += Math.Log(i);
            }

            return sum;
        }

        // Stirling's series; the first term left out is below 1e-15 from 256 on.
        double x = n;
        return (x * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI * x)) + (1 / (12 * x)) - (1 / (360 * x * x * x));
    }
}
