using System.Numerics;

namespace ImagePrep.Randomness.Batteries;

/// <summary>Monobit test, FIPS 140-2 §4.9.1: the number of ones.</summary>
public static class MonobitTest
{
    public static MonobitResult Evaluate(ReadOnlySpan<byte> sample, BatteryLimits limits)
    {
        limits.Check(sample);
        int ones = 0;
        foreach (byte value in sample)
        {
            ones += BitOperations.PopCount(value);
        }

        return new MonobitResult(ones, limits.Ones);
    }
}

/// <param name="Ones">Number of one bits.</param>
/// <param name="Bounds">What passes.</param>
public readonly record struct MonobitResult(int Ones, Bounds Bounds)
{
    public bool Passed => Bounds.Contains(Ones);
}
