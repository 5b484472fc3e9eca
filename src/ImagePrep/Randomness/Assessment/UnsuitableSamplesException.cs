namespace ImagePrep.Randomness.Assessment;

/// <summary>A capture of noise cannot be assessed: too short, too long, or not of the declared shape. Exit code 2.</summary>
public sealed class UnsuitableSamplesException : Exception
{
    private UnsuitableSamplesException(string name, string message)
        : base($"{name}: {message}")
    {
    }

    internal static UnsuitableSamplesException TooFew(string name, long count) => new(
        name,
        $"{count:N0} samples are too few. SP 800-90B asks for {NoiseSamples.RequiredSamples:N0} at least; below {NoiseSamples.FewestSamples:N0} the estimates say nothing. Capture more, one sample a byte.");

    internal static UnsuitableSamplesException TooMany(string name, int bitsPerSymbol) => new(
        name,
        $"more than {NoiseSamples.MostBits / bitsPerSymbol:N0} samples of {bitsPerSymbol} bits. Assess a part of it: 'head -c {NoiseSamples.RequiredSamples}' takes as many as SP 800-90B asks for.");

    internal static UnsuitableSamplesException TooWide(string name, long place, byte sample, int bitsPerSymbol) => new(
        name,
        $"sample {place:N0} is {sample}, which needs more than {bitsPerSymbol} bits. Samples are one a byte, in its lowest bits; give the width they have, or none to have it found.");

    internal static UnsuitableSamplesException NotAMatrix(string name, long count) => new(
        name,
        $"holds {(count > RestartTests.Samples ? "more than " : "")}{Math.Min(count, RestartTests.Samples):N0} samples. A restart matrix is {RestartTests.Restarts:N0} restarts of {RestartTests.SamplesPerRestart:N0} samples each, one restart after the other: {RestartTests.Samples:N0} bytes.");
}
