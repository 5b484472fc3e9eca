using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ImagePrep.Randomness.Fleet;

/// <summary>
/// No aligned 16-byte block occurs twice, within a seed or between seeds: what a block cipher in counter mode does that was started twice with
/// the same key. For 10,000 seeds the chance is below 1e-26.
/// </summary>
internal sealed class RepeatedBlockTest : IFleetTest
{
    private const int BlockBytes = 16;

    public string Name => "no repeated 16-byte blocks";

    public string Finds => "seeds that share 16 aligned bytes: a cipher in counter mode started twice with one key";

    /// <summary>Pairs of blocks times 2⁻¹²⁸, for seeds of 512 bytes.</summary>
    public double FalseAlarmRate(int seeds)
    {
        double blocks = seeds * 32.0;
        return blocks * (blocks - 1) / 2 * Math.Pow(2, -128);
    }

    public string? FindFault(FleetSeeds seeds)
    {
        // Sorted together with where each came from: equal blocks end up as neighbours.
        UInt128[] blocks = GC.AllocateUninitializedArray<UInt128>(seeds.All.Length / BlockBytes, pinned: true);
        int[] places = new int[blocks.Length];
        try
        {
            MemoryMarshal.Cast<byte, UInt128>(seeds.All).CopyTo(blocks);
            for (int i = 0; i < places.Length; i++)
            {
                places[i] = i;
            }

            Array.Sort(blocks, places);
            for (int i = 1; i < blocks.Length; i++)
            {
                if (blocks[i] == blocks[i - 1])
                {
                    string first = Node(Math.Min(places[i - 1], places[i]));
                    string second = Node(Math.Max(places[i - 1], places[i]));
                    return first == second ? $"the seed of node {first} repeats a block" : $"the seeds of nodes {first} and {second} share a block";
                }
            }

            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(blocks.AsSpan()));
        }

        string Node(int block) => seeds.NodeName(block * BlockBytes / seeds.SeedBytes);
    }
}
