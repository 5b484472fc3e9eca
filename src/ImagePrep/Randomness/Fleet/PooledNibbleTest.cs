using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Randomness.Fleet;

/// <summary>
/// How often each of the sixteen nibbles occurs over all seeds: what the poker test of one seed looks at, with the power of all of them. Every count is
/// Binomial(nibbles, 1/16); the alarm rate is shared among sixteen counts and both sides, so it holds whatever they have to do with each other.
/// </summary>
internal sealed class PooledNibbleTest : IFleetTest
{
    private const int Values = 16;

    public string Name => "pooled nibble counts";

    public string Finds => "four-bit values that are more frequent than others";

    public double FalseAlarmRate(int seeds) => FleetTests.Alpha;

    public string? FindFault(FleetSeeds seeds)
    {
        Span<long> counts = stackalloc long[Values];
        foreach (byte value in seeds.All)
        {
            counts[value >> 4]++;
            counts[value & 0xF]++;
        }

        Bounds bounds = BinomialBounds.TwoSided(seeds.All.Length * 2L, 1.0 / Values, FleetTests.Alpha / Values);
        foreach (long count in counts)
        {
            if (!bounds.Contains(count))
            {
                return "some four-bit values are more frequent than others over all seeds";
            }
        }

        return null;
    }
}
