using System.Numerics;

namespace ImagePrep.Randomness.Fleet;

/// <summary>Ones of all seeds together: sees a bias of 0.13 % over a thousand seeds, where one seed alone shows nothing below 4 %.</summary>
internal sealed class PooledMonobitTest : IFleetTest
{
    public string Name => "pooled number of ones";

    public string Finds => "a small preference for ones or zeros";

    public double FalseAlarmRate(int seeds) => FleetTests.Alpha;

    public string? FindFault(FleetSeeds seeds)
    {
        long ones = 0;
        for (int i = 0; i < seeds.Count; i++)
        {
            foreach (ulong word in seeds.Words(i))
            {
                ones += BitOperations.PopCount(word);
            }
        }

        return BinomialBounds.TwoSided(seeds.All.Length * 8L, 0.5, FleetTests.Alpha).Contains(ones)
            ? null
            : "ones and zeros are not equally frequent over all seeds";
    }
}
