namespace ImagePrep.Randomness.Batteries;

/// <summary>The values of a statistic that pass, both ends included.</summary>
public readonly record struct Bounds(long Low, long High)
{
    public bool Contains(long value) => value >= Low && value <= High;

    public override string ToString() => $"{Low}..{High}";
}
