using System.Numerics;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Runs test, SP 800-22 rev 1a §2.3: the total number of runs, given the number of ones.</summary>
public static class TotalRunsTest
{
    public const string Clause = "SP 800-22 §2.3";

    /// <summary>§2.3.7.</summary>
    public const int MinimumBits = 100;

    /// <summary>
    /// The statistic is the number of runs. Where the share of ones is 2/√n or more from ½ the test is not applicable (§2.3.4): the frequency test has failed
    /// already. An ideal source gets there with 6e-5.
    /// </summary>
    public static TestStatistic Evaluate(BitSequence bits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        int n = bits.Length;
        int ones = bits.Ones;
        int runs = Runs(bits);
        if (Math.Abs((2.0 * ones) - n) >= 4 * Math.Sqrt(n))
        {
            return new TestStatistic(runs, 0, Applicable: false);
        }

        double share = ones / (double)n;
        double expected = 2.0 * n * share * (1 - share);
        return new TestStatistic(runs, SpecialFunctions.Erfc(Math.Abs(runs - expected) / (2 * Math.Sqrt(2.0 * n) * share * (1 - share))));
    }

    private static int Runs(BitSequence bits)
    {
        // A run ends wherever a bit differs from the next; the last one ends with the sequence.
        int runs = 1;
        int pairs = bits.Length - 1;
        for (int start = 0; start < pairs; start += 64)
        {
            ulong changes = bits.Word(start) ^ bits.Word(start + 1);
            int count = Math.Min(64, pairs - start);
            runs += BitOperations.PopCount(changes >> (64 - count));
        }

        return runs;
    }
}
