using System.Numerics;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.Fleet;

/// <summary>Ones of all seeds together: sees a bias of 0.13 % over a thousand seeds, where one seed alone shows nothing below 4 %.</summary>
internal sealed class PooledMonobitTest : IFleetTest
{
    public string Name => "pooled number of ones";

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

        long bits = seeds.All.Length * 8L;
        long alarmAt = Binomial.AlarmAt(bits, 0.5, FleetTests.Alpha / 2);
        return ones >= alarmAt || bits - ones >= alarmAt ? "ones and zeros are not equally frequent over all seeds" : null;
    }
}
