using System.Numerics;

namespace ImagePrep.Randomness.Fleet;

/// <summary>
/// How often a bit differs from the one before it, over all seeds: the number of runs less one. Of ideal bits these are Binomial(bits − 1, ½) in each
/// seed, so a generator whose bits follow or avoid each other shows long before one seed does.
/// </summary>
internal sealed class PooledRunsTest : IFleetTest
{
    public string Name => "pooled number of runs";

    public string Finds => "bits that follow or avoid the one before them";

    public double FalseAlarmRate(int seeds) => FleetTests.Alpha;

    public string? FindFault(FleetSeeds seeds)
    {
        long changes = 0;
        for (int i = 0; i < seeds.Count; i++)
        {
            changes += Changes(seeds.All.Slice(i * seeds.SeedBytes, seeds.SeedBytes));
        }

        long pairs = seeds.Count * ((seeds.SeedBytes * 8L) - 1);
        return BinomialBounds.TwoSided(pairs, 0.5, FleetTests.Alpha).Contains(changes)
            ? null
            : "neighbouring bits depend on each other over all seeds";
    }

    /// <summary>Highest bit of each byte first.</summary>
    private static int Changes(ReadOnlySpan<byte> seed)
    {
        int changes = 0;
        int last = seed[0] >> 7;
        foreach (byte value in seed)
        {
            changes += BitOperations.PopCount((uint)(value ^ ((last << 7) | (value >> 1))));
            last = value & 1;
        }

        return changes;
    }
}
