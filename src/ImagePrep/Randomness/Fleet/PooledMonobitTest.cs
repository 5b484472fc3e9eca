using System.Numerics;

namespace ImagePrep.Randomness.Fleet;

/// <summary>Ones of all seeds together: sees a bias of 0.15 % over a thousand seeds, where one seed alone shows nothing below 5 %.</summary>
internal sealed class PooledMonobitTest : IFleetTest
{
    /// <summary>
    /// Standard deviations by which the number of ones must be off: 4.8916 to the bound, which has half of <see cref="FleetTests.Alpha"/> beyond it, and 1.2816
    /// more for a chance of 0.9.
    /// </summary>
    private const double DeviationsToBeFound = 4.8916 + 1.2816;

    public string Name => "pooled number of ones";

    public string Finds => "a small preference for ones or zeros";

    public double FalseAlarmRate(int seeds) => FleetTests.Alpha;

    /// <summary>The least bias, as the distance of the share of ones from a half, that this test finds in nine batches of ten.</summary>
    /// <param name="seeds">How many, of 512 bytes.</param>
    internal static double FoundBias(int seeds) => DeviationsToBeFound * 0.5 / Math.Sqrt(seeds * 4096.0);

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
