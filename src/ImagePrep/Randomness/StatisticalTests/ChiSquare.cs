namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Pearson's statistic.</summary>
internal static class ChiSquare
{
    /// <summary>Σ (observed − expected)² / expected over the classes.</summary>
    public static double Of(ReadOnlySpan<int> observed, ReadOnlySpan<double> probabilities)
    {
        long total = 0;
        foreach (int count in observed)
        {
            total += count;
        }

        double sum = 0;
        for (int i = 0; i < observed.Length; i++)
        {
            double expected = total * probabilities[i];
            sum += (observed[i] - expected) * (observed[i] - expected) / expected;
        }

        return sum;
    }
}
