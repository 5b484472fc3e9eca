using ImagePrep.Randomness.HealthTests;

namespace ImagePrep.Randomness.Sources;

/// <summary>
/// Health tests of a source, on what it delivers: a reading must differ from all others of the run, no byte may come too often in a row, and the first of a
/// window not too often within it, across readings too. They see a source that is stuck or has gone lopsided; they cannot see one that is predictable.
/// </summary>
/// <remarks>
/// SP 800-90B §4.4.1 and §4.4.2 with 8 bits of entropy a sample and a false alarm in 2⁻⁴⁰ samples. The sources are conditioned generators or exports of one;
/// raw noise, however good, would be refused: it needs the cutoffs that its own assessment gives.
/// </remarks>
internal sealed class CheckedSource(IEntropySource source, SeenReadings seen)
{
    private const double EntropyPerByte = 8;
    private const int AlphaExponent = 40;
    private const int Alphabet = 256;

    /// <summary>Equal bytes in a row that stop the run: 6.</summary>
    internal static readonly int RepetitionCutoff = (int)HealthTestCutoffs.RepetitionCount(EntropyPerByte, AlphaExponent);

    /// <summary>Bytes of a window that the first of them is counted in.</summary>
    internal static readonly int Window = HealthTestCutoffs.Window(Alphabet);

    /// <summary>Equal bytes in a window that stop the run.</summary>
    internal static readonly int ProportionCutoff = HealthTestCutoffs.AdaptiveProportion(EntropyPerByte, Window, AlphaExponent);

    private readonly Lock _gate = new();
    private readonly RepetitionCountTest _repetitions = new(RepetitionCutoff);
    private readonly AdaptiveProportionTest _proportion = new(ProportionCutoff, Window);

    public string Name => source.Name;

    public SourceDescription Description => source.Description;

    public void Read(Span<byte> destination)
    {
        source.Read(destination);
        lock (_gate)
        {
            if (!IsHealthy(destination) || !seen.Add(destination))
            {
                throw new RandomnessException(
                    $"{source.Name} is stuck: it repeats itself, or what another source gave. Nothing was issued. Check the generator, or run without it if others "
                    + "remain. Bytes of less than full entropy, such as raw noise, look like this too: condition them first.");
            }
        }
    }

    private bool IsHealthy(ReadOnlySpan<byte> bytes)
    {
        bool healthy = true;
        foreach (byte value in bytes)
        {
            healthy &= _repetitions.Accepts(value) & _proportion.Accepts(value);
        }

        return healthy;
    }
}
