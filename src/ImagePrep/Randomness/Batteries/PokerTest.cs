namespace ImagePrep.Randomness.Batteries;

/// <summary>
/// Poker test, FIPS 140-2 §4.9.1: the counts f(0) … f(15) of the nibbles, as X = 16/n · Σf² − n with n nibbles. X grows with Σf², an
/// integer, so that is what is compared.
/// </summary>
public static class PokerTest
{
    public static PokerResult Evaluate(ReadOnlySpan<byte> sample, BatteryLimits limits)
    {
        limits.Check(sample);
        Span<int> counts = stackalloc int[16];
        counts.Clear();
        foreach (byte value in sample)
        {
            counts[value >> 4]++;
            counts[value & 0xF]++;
        }

        long sum = 0;
        foreach (int count in counts)
        {
            sum += (long)count * count;
        }

        return new PokerResult(sum, 2 * sample.Length, limits.SumOfSquares);
    }
}

/// <param name="SumOfSquares">Σf² over the sixteen nibble values.</param>
/// <param name="Nibbles">Number of nibbles in the sample.</param>
/// <param name="Bounds">The sums that pass.</param>
public readonly record struct PokerResult(long SumOfSquares, int Nibbles, Bounds Bounds)
{
    /// <summary>The statistic as the standard writes it: chi-square with 15 degrees of freedom.</summary>
    public double X => (16.0 / Nibbles * SumOfSquares) - Nibbles;

    public bool Passed => Bounds.Contains(SumOfSquares);
}
