namespace ImagePrep.Randomness.Batteries;

/// <summary>Probabilities that a statistic of an ideal source falls below its bounds and above them.</summary>
public readonly record struct Tails(double Low, double High)
{
    public double Total => Low + High;
}
