using System.Collections.Immutable;

namespace ImagePrep.Randomness.Batteries;

/// <summary>
/// Runs test, FIPS 140-2 §4.9.1: how many runs of zeros and of ones have length 1, 2, 3, 4, 5, and 6 or more. All twelve counts must fit.
/// Bits are taken from the highest of each byte; the runs that the sample's ends cut count with the length that is inside.
/// </summary>
public static class RunsTest
{
    /// <summary>Lengths told apart: 1 to 5, and "6 or more".</summary>
    public const int Lengths = 6;

    /// <summary>What a count is of, such as "runs of zeros, length 2".</summary>
    /// <param name="symbol">"zeros" or "ones".</param>
    /// <param name="index">0 for length 1, 5 for 6 or more.</param>
    public static string Statistic(string symbol, int index) =>
        $"runs of {symbol}, length {(index == Lengths - 1 ? $"{Lengths} or more" : index + 1)}";

    public static RunsResult Evaluate(ReadOnlySpan<byte> sample, BatteryLimits limits)
    {
        limits.Check(sample);
        int[] zeros = new int[Lengths];
        int[] ones = new int[Lengths];
        foreach ((bool one, int length) in new BitRuns(sample))
        {
            (one ? ones : zeros)[Math.Min(length, Lengths) - 1]++;
        }

        return new RunsResult([.. zeros], [.. ones], limits.Runs);
    }
}

/// <param name="Zeros">Number of runs of zeros by length: index 0 is length 1, index 5 is 6 or more.</param>
/// <param name="Ones">The same for runs of ones.</param>
/// <param name="Bounds">What passes, by length.</param>
public sealed record RunsResult(ImmutableArray<int> Zeros, ImmutableArray<int> Ones, ImmutableArray<Bounds> Bounds)
{
    public bool Passed
    {
        get
        {
            for (int i = 0; i < Bounds.Length; i++)
            {
                if (!Bounds[i].Contains(Zeros[i]) || !Bounds[i].Contains(Ones[i]))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
