using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Randomness.Fleet;

/// <summary>
/// How many seeds have a one at each place: sees bits that are stuck, copied from a template or taken from a clock, at the same place of every seed.
/// Each count is Binomial(seeds, ½); the alarm rate is shared among all places and both sides.
/// </summary>
internal sealed class BitPositionTest : IFleetTest
{
    public string Name => "ones at each place";

    public string Finds => "bits that are the same in most seeds: templates, clocks, stuck lines";

    public double FalseAlarmRate(int seeds) => FleetTests.Alpha;

    public string? FindFault(FleetSeeds seeds)
    {
        int places = seeds.SeedBytes * 8;
        int[] ones = new int[places];
        for (int i = 0; i < seeds.Count; i++)
        {
            ReadOnlySpan<byte> seed = seeds.All.Slice(i * seeds.SeedBytes, seeds.SeedBytes);
            for (int place = 0; place < places; place++)
            {
                ones[place] += (seed[place >> 3] >> (7 - (place & 7))) & 1;
            }
        }

        Bounds bounds = BinomialBounds.TwoSided(seeds.Count, 0.5, FleetTests.Alpha / places);
        int odd = ones.Count(count => !bounds.Contains(count));
        return odd == 0 ? null : $"{odd} of {places} bits have nearly the same value in all seeds";
    }
}
