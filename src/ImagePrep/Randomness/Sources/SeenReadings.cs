using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ImagePrep.Randomness.Sources;

/// <summary>
/// Remembers every reading of every source of a run by 128 bits of its digest, so that no entropy input is kept and a run of the most nodes takes some megabytes.
/// Two readings of good sources are never alike: by chance with 2⁻⁹⁰ for 100,000 nodes.
/// </summary>
internal sealed class SeenReadings
{
    private readonly Lock _gate = new();
    private readonly HashSet<UInt128> _digests = [];

    /// <summary>Returns whether these bytes are new.</summary>
    public bool Add(ReadOnlySpan<byte> reading)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(reading, digest);
        lock (_gate)
        {
            return _digests.Add(BinaryPrimitives.ReadUInt128LittleEndian(digest));
        }
    }
}
