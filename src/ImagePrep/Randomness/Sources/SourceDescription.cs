namespace ImagePrep.Randomness.Sources;

/// <summary>What a reviewer is told of a source.</summary>
/// <param name="What">What it is.</param>
/// <param name="Why">Why its bytes cannot be predicted.</param>
/// <param name="Needs">What has to be true of the machine for that.</param>
public sealed record SourceDescription(string What, string Why, string Needs);
