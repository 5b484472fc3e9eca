using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ImagePrep.Randomness.Fleet;

/// <summary>The seeds of a batch side by side in one array, for tests that compare them. A copy: it wipes itself.</summary>
public sealed class FleetSeeds : IDisposable
{
    private readonly byte[] _bytes;
    private readonly string[] _nodes;

    /// <param name="nodes">Names for messages, one for each seed.</param>
    /// <param name="seedBytes">Length of a seed: a multiple of 16.</param>
    internal FleetSeeds(IReadOnlyList<string> nodes, int seedBytes)
    {
        _nodes = [.. nodes];
        SeedBytes = seedBytes;
        _bytes = GC.AllocateArray<byte>(checked(_nodes.Length * seedBytes), pinned: true);
    }

    public int Count => _nodes.Length;

    public int SeedBytes { get; }

    /// <summary>All seeds, one after the other.</summary>
    public ReadOnlySpan<byte> All => _bytes;

    public string NodeName(int index) => _nodes[index];

    /// <summary>A seed as 64-bit words, for bit counting.</summary>
    public ReadOnlySpan<ulong> Words(int index) => MemoryMarshal.Cast<byte, ulong>(_bytes.AsSpan(index * SeedBytes, SeedBytes));

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    internal void Set(int index, ReadOnlySpan<byte> seed) => seed.CopyTo(_bytes.AsSpan(index * SeedBytes, SeedBytes));
}
