namespace ImagePrep.Randomness.Statistics;

/// <summary>The counts between which a binomial variable lies but for a given rate, half of it on each side; exact, so the rate is met or stayed below.</summary>
/// <param name="Min">Smallest count that is no alarm.</param>
/// <param name="Max">Largest count that is no alarm.</param>
internal readonly record struct BinomialBounds(long Min, long Max)
{
    /// <param name="n">Number of trials.</param>
    /// <param name="p">Probability of each.</param>
    /// <param name="alpha">Rate of both sides together.</param>
    public static BinomialBounds TwoSided(long n, double p, double alpha) =>
        new(n - Binomial.AlarmAt(n, 1 - p, alpha / 2) + 1, Binomial.AlarmAt(n, p, alpha / 2) - 1);

    public bool Contains(long count) => count >= Min && count <= Max;
}
