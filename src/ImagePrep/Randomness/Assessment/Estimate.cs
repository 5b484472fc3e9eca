namespace ImagePrep.Randomness.Assessment;

/// <summary>What one estimator says of one row of samples.</summary>
/// <param name="Values">What it counted and derived on the way, by name.</param>
/// <param name="Entropy">Bits of min-entropy per sample; absent where the estimator could not run.</param>
/// <param name="NotRun">Why it could not run.</param>
public sealed record Estimate(IReadOnlyDictionary<string, double> Values, double? Entropy = null, string? NotRun = null)
{
    internal static Estimate Of(double entropy, params ReadOnlySpan<(string Name, double Value)> values)
    {
        OrderedDictionary<string, double> named = [];
        foreach ((string name, double value) in values)
        {
            named.Add(name, value);
        }

        return new Estimate(named, entropy);
    }

    internal static Estimate None(string reason) => new(new OrderedDictionary<string, double>(), NotRun: reason);
}
