using System.Security.Cryptography;

namespace ImagePrep.Randomness.Fleet;

/// <summary>No two nodes have the same seed: the failure of a cloned image or a restored snapshot.</summary>
internal sealed class DuplicateSeedTest : IFleetTest
{
    public string Name => "no duplicate seeds";

    public string Finds => "two nodes with one seed: a cloned image, a restored snapshot";

    /// <summary>Pairs of seeds times 2⁻¹²⁸: the digests are compared by as many bits.</summary>
    public double FalseAlarmRate(int seeds) => seeds * (seeds - 1.0) / 2 * Math.Pow(2, -128);

    public string? FindFault(FleetSeeds seeds)
    {
        // By digest, so that the dictionary holds nothing that would have to be wiped.
        Dictionary<UInt128, int> seen = new(seeds.Count);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        for (int i = 0; i < seeds.Count; i++)
        {
            SHA256.HashData(seeds.All.Slice(i * seeds.SeedBytes, seeds.SeedBytes), digest);
            UInt128 key = System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
            if (!seen.TryAdd(key, i))
            {
                return $"nodes {seeds.NodeName(seen[key])} and {seeds.NodeName(i)} have the same seed";
            }
        }

        return null;
    }
}
