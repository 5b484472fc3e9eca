using System.Security.Cryptography;
using ImagePrep.Randomness.Drbg;
using ImagePrep.Randomness.Sources;

namespace ImagePrep.Randomness.Seeds;

/// <summary>Reads every source anew for a node and makes the node's generator of it: as strong as the best of them.</summary>
internal sealed class EntropyInputs
{
    /// <summary>Twice the strength of the generator, from each source, so that a source with half its claimed entropy still suffices.</summary>
    public const int BytesPerSource = 64;

    /// <summary>Half the strength would do (SP 800-90A §8.6.7); read in the same call as the first source's input.</summary>
    public const int NonceBytes = 32;

    private static long _counter;

    private readonly IReadOnlyList<CheckedSource> _sources;
    private readonly HostIdentity _host;
    private readonly TimeProvider _clock;

    public EntropyInputs(IReadOnlyList<IEntropySource> sources, HostIdentity host, TimeProvider clock)
    {
        SeenReadings seen = new();
        _sources = [.. sources.Select(source => new CheckedSource(source, seen))];
        _host = host;
        _clock = clock;
    }

    public IReadOnlyList<string> SourceNames => [.. _sources.Select(source => source.Name)];

    public IReadOnlyList<SourceDescription> SourceDescriptions => [.. _sources.Select(source => source.Description)];

    /// <summary>The sources that are always read: the kernel directly where that is possible, and the framework's generator.</summary>
    public static IReadOnlyList<IEntropySource> OfTheSystem() =>
        KernelEntropySource.IsSupported ? [new KernelEntropySource(), new RuntimeEntropySource()] : [new RuntimeEntropySource()];

    public SeedDrbg CreateDrbg(ReadOnlySpan<byte> goldenDigest, string nodeName, DrbgSelfTest selfTest)
    {
        byte[] input = GC.AllocateUninitializedArray<byte>(NonceBytes + (_sources.Count * BytesPerSource), pinned: true);
        try
        {
            // The first reading is the nonce and that source's input in one, so that a node costs the kernel one call.
            _sources[0].Read(input.AsSpan(0, NonceBytes + BytesPerSource));
            for (int i = 1; i < _sources.Count; i++)
            {
                _sources[i].Read(input.AsSpan(NonceBytes + (i * BytesPerSource), BytesPerSource));
            }

            byte[] personalization = Personalization.Encode(
                goldenDigest, nodeName, _host, _clock.GetUtcNow(), Interlocked.Increment(ref _counter));
            return new SeedDrbg(input.AsSpan(NonceBytes), input.AsSpan(0, NonceBytes), personalization, selfTest);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(input);
        }
    }
}
