namespace ImagePrep.Randomness.Batteries;

/// <summary>Long run test, FIPS 140-2 §4.9.1: no run of zeros or ones may have 26 bits or more.</summary>
public static class LongRunTest
{
    public static LongRunResult Evaluate(ReadOnlySpan<byte> sample, BatteryLimits limits)
    {
        limits.Check(sample);
        int longest = 0;
        foreach ((_, int length) in new BitRuns(sample))
        {
            longest = Math.Max(longest, length);
        }

        return new LongRunResult(longest, limits.LongRunFailsAt);
    }
}

/// <param name="Longest">Length of the longest run in bits.</param>
/// <param name="FailsAt">Shortest length that fails.</param>
public readonly record struct LongRunResult(int Longest, int FailsAt)
{
    public bool Passed => Longest < FailsAt;
}
