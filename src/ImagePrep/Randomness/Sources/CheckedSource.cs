using System.Security.Cryptography;

namespace ImagePrep.Randomness.Sources;

/// <summary>
/// Health check of a source, on what it delivers: a reading must differ from the one before it, and no byte may come six times in a row. It
/// sees a source that is stuck; it cannot see one that is predictable.
/// </summary>
/// <remarks>
/// Repetition count test of SP 800-90B §4.4.1 with 8 bits of entropy a sample and a false alarm in 2⁻⁴⁰ samples: C = 1 + 40/8 = 6. The
/// sources are conditioned generators or exports of one; raw noise needs the assessment that its maker's entropy estimate asks for.
/// </remarks>
internal sealed class CheckedSource(IEntropySource source)
{
    /// <summary>Equal bytes in a row that stop the run.</summary>
    internal const int RepetitionCutoff = 6;

    private readonly Lock _gate = new();
    private byte[]? _previous;

    public string Name => source.Name;

    public SourceDescription Description => source.Description;

    public void Read(Span<byte> destination)
    {
        source.Read(destination);
        if (LongestRepetition(destination) >= RepetitionCutoff || RepeatsPrevious(destination))
        {
            throw new RandomnessException(
                $"{source.Name} is stuck: it repeats itself. Nothing was issued. Check the generator, or run without it if others remain.");
        }
    }

    private static int LongestRepetition(ReadOnlySpan<byte> bytes)
    {
        int longest = 0;
        int current = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            current = i > 0 && bytes[i] == bytes[i - 1] ? current + 1 : 1;
            longest = Math.Max(longest, current);
        }

        return longest;
    }

    /// <summary>Compares digests, so that no entropy input is kept.</summary>
    private bool RepeatsPrevious(ReadOnlySpan<byte> bytes)
    {
        byte[] digest = SHA256.HashData(bytes);
        lock (_gate)
        {
            bool repeats = _previous is not null && _previous.AsSpan().SequenceEqual(digest);
            _previous = digest;
            return repeats;
        }
    }
}
