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

        verdicts.Count.ShouldBe(4);
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
    public void Run_SmallBias_IsFoundInTheSumOnly()
    {
        using FleetSeeds seeds = Seeds(300, i => Samples.Biased(512, i, 0.49));
        Failed(seeds).ShouldBe(["pooled number of ones"]);
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
