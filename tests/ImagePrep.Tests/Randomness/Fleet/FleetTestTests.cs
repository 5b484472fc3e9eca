using ImagePrep.Randomness.Fleet;

namespace ImagePrep.Tests.Randomness.Fleet;

public sealed class FleetTestTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(400)]
    public void Run_GoodSeeds_AllPass(int nodes)
    {
        using FleetSeeds seeds = Seeds(nodes, i => Samples.Random(512, i));
        IReadOnlyList<FleetVerdict> verdicts = FleetTests.Run(seeds, FleetTests.Standard);

        verdicts.Count.ShouldBe(8);
        verdicts.ShouldAllBe(verdict => verdict.Passed);
    }

    [Fact]
    public void Run_OneSeedTwice_IsFoundWithBothNames()
    {
        using FleetSeeds seeds = Seeds(50, i => Samples.Random(512, i == 40 ? 7 : i));
        Failed(seeds).ShouldBe(["no duplicate seeds", "no repeated 16-byte blocks", "Hamming distances between seeds"]);
        new DuplicateSeedTest().FindFault(seeds).ShouldBe("nodes node7 and node40 have the same seed");
    }

    [Theory]
    [InlineData(3, 3, "the seed of node node3 repeats a block")]
    [InlineData(3, 9, "the seeds of nodes node3 and node9 share a block")]
    public void Run_OneRepeatedBlock_IsFound(int from, int to, string finding)
    {
        byte[][] all = [.. Enumerable.Range(0, 20).Select(i => Samples.Random(512, i))];
        all[from].AsSpan(0, 16).CopyTo(all[to].AsSpan(496));
        using FleetSeeds seeds = Seeds(20, i => all[i]);

        Failed(seeds).ShouldBe(["no repeated 16-byte blocks"]);
        new RepeatedBlockTest().FindFault(seeds).ShouldBe(finding);
    }

    [Fact]
    public void Run_CounterModeRestartedWithTheSameKey_IsFoundAlthoughEverySeedLooksGood()
    {
        // Seeds overlap by one cipher block: seed i starts where seed i-1's last block starts.
        byte[] stream = Samples.AesCounterStream(600 * 496 + 512);
        using FleetSeeds seeds = Seeds(20, i => stream.AsSpan(i * 496, 512).ToArray());
        Failed(seeds).ShouldBe(["no repeated 16-byte blocks"]);
    }

    [Fact]
    public void Run_RelatedSeeds_AreFoundByTheirDistance()
    {
        // Node 5 is node 2 with 45 % of the bits inverted: nothing is equal, yet they are related.
        byte[] mask = Samples.Biased(512, 1, 0.45);
        using FleetSeeds seeds = Seeds(10, i => i == 5 ? [.. Samples.Random(512, 2).Zip(mask, (a, b) => (byte)(a ^ b))] : Samples.Random(512, i));
        Failed(seeds).ShouldBe(["Hamming distances between seeds"]);
        new HammingDistanceTest().FindFault(seeds).ShouldBe("the seeds of nodes node2 and node5 are related");
    }

    [Fact]
    public void Run_SmallBias_IsFoundInTheSumsOnly()
    {
        using FleetSeeds seeds = Seeds(300, i => Samples.Biased(512, i, 0.49));
        Failed(seeds).ShouldBe(["pooled number of ones", "pooled nibble counts", "spread of the number of ones"]);
    }

    [Fact]
    public void Run_SmallestBiasPromised_IsFound()
    {
        using FleetSeeds seeds = Seeds(1_000, i => Samples.Biased(512, i, 0.4982));
        Failed(seeds).ShouldContain("pooled number of ones");
    }

    [Fact]
    public void Run_NibblesOfUnequalFrequency_AreFoundThere()
    {
        // One nibble in fifty is 0110 instead of what chance gave: as many ones as zeros.
        Random random = new(3);
        using FleetSeeds seeds = Seeds(200, i => [.. Samples.Random(512, i).Select(value => random.Next(25) == 0 ? (byte)((value & 0xF0) | 6) : value)]);
        Failed(seeds).ShouldBe(["pooled nibble counts"]);
    }

    [Fact]
    public void Run_BitsThatFollowEachOther_AreFoundThere()
    {
        // Each bit repeats the one before it with 50.6 %.
        using FleetSeeds seeds = Seeds(300, i => Samples.Sticky(512, i, 0.506));
        Failed(seeds).ShouldBe(["pooled nibble counts", "pooled number of runs"]);
    }

    [Fact]
    public void Run_BitWithTheSameValueInNearlyAllSeeds_IsFoundThere()
    {
        using FleetSeeds seeds = Seeds(60, i => Samples.Random(512, i) is var seed && i % 20 != 0 ? [.. seed[..100], (byte)(seed[100] | 0x10), .. seed[101..]] : seed);
        Failed(seeds).ShouldBe(["ones at each place"]);
        new BitPositionTest().FindFault(seeds).ShouldBe("1 of 4096 bits have nearly the same value in all seeds");
    }

    [Theory]
    [InlineData(2)] // bits of each seed come in equal pairs: twice the variance
    [InlineData(0)] // each seed's second half is the inverse of its first: always as many ones as zeros
    public void Run_OnesThatVaryTooMuchOrTooLittle_AreFoundThere(int kind)
    {
        using FleetSeeds seeds = Seeds(2_400, i => Samples.Random(512, i) is var seed && kind == 0
            ? [.. seed[..256], .. seed[..256].Select(value => (byte)~value)]
            : [.. seed[..256], .. seed[..256].Select(value => (byte)((value << 4) | (value >> 4)))]);
        Failed(seeds).ShouldBe(["Hamming distances between seeds", "spread of the number of ones"]);
    }

    [Fact]
    public void Rates_OfAllTests_AddUpToWhatIsSaid()
    {
        using FleetSeeds seeds = Seeds(100, i => Samples.Random(512, i));
        FleetTests.Run(seeds, FleetTests.Standard).Sum(verdict => verdict.FalseAlarmRate).ShouldBe(6e-6, 1e-12);
        FleetTests.Standard.Sum(test => test.FalseAlarmRate(10_000)).ShouldBe(6e-6, 1e-12);
    }

    [Theory]
    [InlineData(100, 203)] // computed apart from this program, with exact integers
    [InlineData(1_000, 225)]
    [InlineData(10_000, 245)]
    public void Hamming_LimitForAllPairs_IsTheExactOne(int nodes, int deviation) =>
        HammingDistanceTest.MostAllowed(4096, (long)nodes * (nodes - 1) / 2).ShouldBe(2048 + deviation);

    [Fact]
    public void Hamming_LargeFleet_StillSeesNeighbours()
    {
        byte[] mask = Samples.Biased(512, 1, 0.4);
        using FleetSeeds seeds = Seeds(1_600, i => i == 1_599 ? [.. Samples.Random(512, 1_598).Zip(mask, (a, b) => (byte)(a ^ b))] : Samples.Random(512, i));
        new HammingDistanceTest().FindFault(seeds).ShouldBe("the seeds of nodes node1598 and node1599 are related");
    }

    [Fact]
    public void Dispose_Seeds_AreWiped()
    {
        FleetSeeds seeds = Seeds(2, i => Samples.Random(512, i));
        seeds.Dispose();
        seeds.All.IndexOfAnyExcept((byte)0).ShouldBe(-1);
    }

    private static FleetSeeds Seeds(int count, Func<int, byte[]> seed)
    {
        FleetSeeds seeds = new([.. Enumerable.Range(0, count).Select(i => $"node{i}")], 512);
        for (int i = 0; i < count; i++)
        {
            seeds.Set(i, seed(i));
        }

        return seeds;
    }

    private static string[] Failed(FleetSeeds seeds) =>
        [.. FleetTests.Run(seeds, FleetTests.Standard).Where(verdict => !verdict.Passed).Select(verdict => verdict.Test)];
}
