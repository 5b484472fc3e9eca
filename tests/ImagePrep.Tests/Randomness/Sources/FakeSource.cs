using ImagePrep.Randomness.Sources;

namespace ImagePrep.Tests.Randomness.Sources;

/// <summary>A source that a test scripts, and that counts its readings.</summary>
internal sealed class FakeSource(string name, Func<int, int, byte[]> reading) : IEntropySource
{
    public string Name => name;

    public SourceDescription Description { get; } = new("A source of tests", "It can be predicted", "Nothing");

    public List<int> Readings { get; } = [];

    /// <summary>Good bytes, different at every reading.</summary>
    public static FakeSource Good(string name, int seed) => new(name, (index, length) => Samples.Random(length, (seed * 100_000) + index));

    public void Read(Span<byte> destination)
    {
        reading(Readings.Count, destination.Length).CopyTo(destination);
        Readings.Add(destination.Length);
    }
}
