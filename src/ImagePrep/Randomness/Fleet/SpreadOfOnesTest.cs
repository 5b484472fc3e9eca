using System.Numerics;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.Fleet;

/// <summary>
/// Whether the number of ones varies from seed to seed as Binomial(bits, ½) does: seeds that are each within their bounds, and together even, may still
/// be too alike or too different. The largest difference between the two distribution functions (Kolmogorov and Smirnov) is held against the bound of
/// Dvoretzky, Kiefer and Wolfowitz with Massart's constant, P(D &gt; d) ≤ 2·exp(−2·n·d²), which holds for counts and for any number of seeds.
/// </summary>
internal sealed class SpreadOfOnesTest : IFleetTest
{
    public string Name => "spread of the number of ones";

    public string Finds => "seeds that are too much alike, or too different, in their number of ones";

    public double FalseAlarmRate(int seeds) => FleetTests.Alpha;

    public string? FindFault(FleetSeeds seeds)
    {
        int bits = seeds.SeedBytes * 8;
        int[] seedsWith = new int[bits + 1];
        for (int i = 0; i < seeds.Count; i++)
        {
            int ones = 0;
            foreach (ulong word in seeds.Words(i))
            {
                ones += BitOperations.PopCount(word);
            }

            seedsWith[ones]++;
        }

        double allowed = Math.Sqrt(Math.Log(2 / FleetTests.Alpha) / (2.0 * seeds.Count));
        int seen = 0;
        for (int ones = 0; ones <= bits; ones++)
        {
            seen += seedsWith[ones];
            double expected = 1 - Binomial.UpperTail(bits, 0.5, ones + 1);
            if (seedsWith[ones] != 0 || ones == bits)
            {
                // The steps lie at the values that occur; just before one of them the difference may be larger than behind it.
                double before = expected - Binomial.Probability(bits, 0.5, ones) - ((seen - seedsWith[ones]) / (double)seeds.Count);
                double behind = (seen / (double)seeds.Count) - expected;
                if (Math.Max(before, behind) > allowed)
                {
                    return "the number of ones does not vary from seed to seed as chance would have it";
                }
            }
        }

        return null;
    }
}
