namespace ImagePrep.Randomness.Statistics;

/// <summary>The distribution of a count: index k holds P(count = k). Tails are sums of their own terms, so that small ones keep all their digits.</summary>
internal sealed class CountDistribution
{
    private readonly double[] _below;
    private readonly double[] _from;

    public CountDistribution(ReadOnlySpan<double> probabilities)
    {
        _below = new double[probabilities.Length + 1];
        _from = new double[probabilities.Length + 1];
        for (int k = 0; k < probabilities.Length; k++)
        {
            _below[k + 1] = _below[k] + probabilities[k];
            _from[^(k + 2)] = _from[^(k + 1)] + probabilities[^(k + 1)];
        }
    }

    /// <summary>P(count &lt; <paramref name="k"/>).</summary>
    public double Below(long k) => _below[Math.Clamp(k, 0, _below.Length - 1)];

    /// <summary>P(count &gt; <paramref name="k"/>).</summary>
    public double Above(long k) => _from[Math.Clamp(k + 1, 0, _from.Length - 1)];

    /// <summary>The smallest range outside of which lies at most <paramref name="tail"/> on either side.</summary>
    public (long Low, long High) Range(double tail)
    {
        long low = 0;
        while (Below(low + 1) <= tail)
        {
            low++;
        }

        long high = _from.Length - 2;
        while (Above(high - 1) <= tail)
        {
            high--;
        }

        return (low, high);
    }
}
