using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Cumulative sums test, SP 800-22 rev 1a §2.13: how far the walk of +1 for a one and −1 for a zero strays, from the front and from the back.</summary>
public static class CumulativeSumsTest
{
    public const string Clause = "SP 800-22 §2.13";

    /// <summary>§2.13.7.</summary>
    public const int MinimumBits = 100;

    /// <summary>Standard deviations beyond which the normal distribution adds nothing to a double.</summary>
    private const double Farthest = 40;

    /// <summary>The statistics are the largest distances z from the start, walking forward and backward.</summary>
    public static (TestStatistic Forward, TestStatistic Backward) Evaluate(BitSequence bits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        int sum = 0;
        int low = 0;
        int high = 0;
        int lowBeforeEnd = 0;
        int highBeforeEnd = 0;
        for (int i = 0; i < bits.Length; i++)
        {
            // Walking back from the end, the sums are the last one minus those before it.
            lowBeforeEnd = low;
            highBeforeEnd = high;
            sum += bits[i] ? 1 : -1;
            low = Math.Min(low, sum);
            high = Math.Max(high, sum);
        }

        int forward = Math.Max(high, -low);
        int backward = Math.Max(sum - lowBeforeEnd, highBeforeEnd - sum);
        return (new TestStatistic(forward, PValue(forward, bits.Length)), new TestStatistic(backward, PValue(backward, bits.Length)));
    }

    private static double PValue(double z, double n)
    {
        double step = z / Math.Sqrt(n);
        double far = Math.Ceiling(Farthest / (4 * step));
        double sum = 1;
        for (double k = Math.Max(Math.Ceiling(((-n / z) + 1) / 4), -far); k <= Math.Min(Math.Floor(((n / z) - 1) / 4), far); k++)
        {
            sum -= SpecialFunctions.NormalCdf(((4 * k) + 1) * step) - SpecialFunctions.NormalCdf(((4 * k) - 1) * step);
        }

        for (double k = Math.Max(Math.Ceiling(((-n / z) - 3) / 4), -far); k <= Math.Min(Math.Floor(((n / z) - 1) / 4), far); k++)
        {
            sum += SpecialFunctions.NormalCdf(((4 * k) + 3) * step) - SpecialFunctions.NormalCdf(((4 * k) + 1) * step);
        }

        return Math.Clamp(sum, 0, 1);
    }
}
