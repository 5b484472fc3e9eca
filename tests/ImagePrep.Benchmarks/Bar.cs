namespace ImagePrep.Benchmarks;

/// <summary>What is promised of a figure, and what it was.</summary>
internal sealed record Bar(string Of, string Unit, double Most, double Reached)
{
    public bool IsMet => Reached <= Most;
}
