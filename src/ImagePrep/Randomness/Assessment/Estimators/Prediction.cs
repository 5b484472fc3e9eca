namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>
/// What follows from the score of a predictor, the same for all four (SP 800-90B §6.3.7 steps 4 to 7): a predictor that is often right, or right many times in
/// a row, knows the next sample with at least that probability.
/// </summary>
internal static class Prediction
{
    private const double Confidence99 = 0.99;

    /// <summary>Steps of the series for the root x; it converges long before for any p that matters.</summary>
    private const int MostSteps = 66;

    /// <param name="correct">Right predictions.</param>
    /// <param name="predictions">All of them, N.</param>
    /// <param name="longestRun">Longest run of right predictions.</param>
    /// <param name="alphabet">Values that a sample can have.</param>
    public static Estimate Of(long correct, long predictions, long longestRun, int alphabet)
    {
        double global = correct / (double)predictions;
        double globalUpper = correct > 0 ? Confidence.Upper(global, predictions) : 1 - Math.Pow(1 - Confidence99, 1.0 / predictions);
        double p = Math.Max(1.0 / alphabet, globalUpper);
        long run = longestRun + 1;
        if (p < 1 && IsTooLikely(p, run, predictions))
        {
            // The longest run is longer than that p explains: the p that does counts.
            double local = Bisection.Decreasing(middle => IsTooLikely(middle, run, predictions), p, 1);
            return Estimate.Of(
                Confidence.Bits(local), ("correct", correct), ("predictions", predictions), ("run", run), ("pGlobal", global), ("pGlobalUpper", globalUpper), ("pLocal", local));
        }

        return Estimate.Of(Confidence.Bits(p), ("correct", correct), ("predictions", predictions), ("run", run), ("pGlobal", global), ("pGlobalUpper", globalUpper));
    }

    /// <summary>Whether no run of that length is to be expected: its absence from N trials has a probability above 0.99.</summary>
    private static bool IsTooLikely(double p, long run, long predictions) => LogAbsence(p, run, predictions) > Math.Log(Confidence99);

    /// <summary>
    /// ln of (1 − p x) / ((r + 1 − r x) q) · x^−(N+1), the probability that N trials have no run of r successes (Feller XIII.7), with x the smallest root
    /// of x = 1 + q pʳ xʳ⁺¹. Computed with y = x − 1, which is so small that x itself would have lost its digits.
    /// </summary>
    internal static double LogAbsence(double p, long run, long predictions)
    {
        double q = 1 - p;
        double start = Math.Log(q) + (run * Math.Log(p));
        double y = 0;
        for (int i = 0; i < MostSteps; i++)
        {
            double next = Math.Exp(start + ((run + 1) * LogOfOnePlus(y)));
            if (next <= y * (1 + 1e-16) || double.IsInfinity(next))
            {
                break;
            }

            y = next;
        }

        double numerator = 1 - (p * y / q);
        double denominator = 1 - (run * y);
        return numerator > 0 && denominator > 0
            ? LogOfOnePlus(-p * y / q) - LogOfOnePlus(-run * y) - ((predictions + 1) * LogOfOnePlus(y))
            : double.NegativeInfinity;
    }

    /// <summary>ln(1 + y) without losing a small y in the sum: what rounding took from 1 + y is made up for by the quotient.</summary>
    private static double LogOfOnePlus(double y)
    {
        double sum = 1 + y;
        return sum == 1 ? y : Math.Log(sum) * y / (sum - 1);
    }
}
