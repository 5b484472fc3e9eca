using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.Fleet;

/// <summary>The counts between which a binomial variable lies but for a given rate, half of it on each side; exact, so the rate is met or stayed below.</summary>
internal static class BinomialBounds
{
    /// <param name="n">Number of trials.</param>
    /// <param name="p">Probability of each.</param>
    /// <param name="alpha">Rate of both sides together.</param>
    public static Bounds TwoSided(long n, double p, double alpha) =>
        new(n - Binomial.AlarmAt(n, 1 - p, alpha / 2) + 1, Binomial.AlarmAt(n, p, alpha / 2) - 1);
}
