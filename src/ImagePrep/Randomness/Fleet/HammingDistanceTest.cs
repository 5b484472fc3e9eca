using System.Numerics;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.Fleet;

/// <summary>
/// Any two seeds differ in about half of their bits: their distance is Binomial(bits, ½), and the limit is such that all comparisons together
/// raise a false alarm once in a million batches.
/// </summary>
internal sealed class HammingDistanceTest : IFleetTest
{
    /// <summary>All pairs up to 1,448 nodes; beyond that every node with as many of the next ones as fit, which keeps the time linear.</summary>
    internal const long MaxPairs = 1 << 20;

    /// <summary>So many seeds are compared all with all: 1,448.</summary>
    internal static readonly int MostAllPairs = (int)((1 + Math.Sqrt(1 + (8.0 * MaxPairs))) / 2);

    public string Name => "Hamming distances between seeds";

    public string Finds => "seeds that are derived from each other";

    public double FalseAlarmRate(int seeds) => seeds < 2 ? 0 : FleetTests.Alpha;

    public string? FindFault(FleetSeeds seeds)
    {
        int reach = Reach(seeds.Count);
        if (reach == 0)
        {
            return null;
        }

        int bits = seeds.SeedBytes * 8;
        int most = MostAllowed(bits, Pairs(seeds.Count, reach));
        for (int i = 0; i < seeds.Count; i++)
        {
            for (int j = i + 1; j < seeds.Count && j - i <= reach; j++)
            {
                int distance = Distance(seeds.Words(i), seeds.Words(j));
                if (distance > most || distance < bits - most)
                {
                    return $"the seeds of nodes {seeds.NodeName(i)} and {seeds.NodeName(j)} are related";
                }
            }
        }

        return null;
    }

    /// <summary>The largest distance that is no alarm when so many pairs are compared; the smallest is as far below half the bits.</summary>
    internal static int MostAllowed(int bits, long pairs) => (int)Binomial.AlarmAt(bits, 0.5, FleetTests.Alpha / (2.0 * pairs)) - 1;

    /// <summary>With how many of the nodes after it each node is compared.</summary>
    private static int Reach(int count) =>
        (long)count * (count - 1) / 2 <= MaxPairs ? count - 1 : (int)Math.Max(1, MaxPairs / count);

    private static long Pairs(long count, long reach) => (count * reach) - (reach * (reach + 1) / 2);

    private static int Distance(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        int distance = 0;
        for (int i = 0; i < a.Length && i < b.Length; i++)
        {
            distance += BitOperations.PopCount(a[i] ^ b[i]);
        }

        return distance;
    }
}
