using System.Reflection;
using ImagePrep.Randomness;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Drbg;
using ImagePrep.Randomness.Fleet;
using ImagePrep.Randomness.Native;
using ImagePrep.Randomness.Seeds;
using ImagePrep.Randomness.Sources;
using ImagePrep.Tests.Randomness.Sources;

namespace ImagePrep.Tests.Randomness.Seeds;

public sealed class SeedGeneratorTests
{
    private static readonly byte[] Golden = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void GenerateBatch_RealSources_GivesDistinctTestedSecrets()
    {
        using SeedBatch batch = new SeedGenerator(Options(50)).GenerateBatch(Names(50));

        batch.Nodes.Select(node => node.NodeName).ShouldBe(Names(50));
        batch.Nodes.Select(node => Convert.ToHexString(node.Seed)).Distinct().Count().ShouldBe(50);
        batch.Nodes.Select(node => Convert.ToHexString(node.MachineId)).Distinct().Count().ShouldBe(50);
        batch.Nodes.Select(node => Convert.ToHexString(node.Nonce)).Distinct().Count().ShouldBe(50);
        foreach (NodeSecrets node in batch.Nodes)
        {
            node.Seed.Length.ShouldBe(512);
            node.Nonce.Length.ShouldBe(32);
            Battery.Failures(node.Seed, BatteryLimits.Seed4096).ShouldBe(BlockTests.None);
        }

        batch.Report.Passed.ShouldBeTrue();
        batch.Report.Nodes.Count.ShouldBe(50);
        batch.Report.Sources.ShouldContain("getrandom(2)");
    }

    [Fact]
    public void GenerateBatch_EveryNode_ReadsEverySourceAnew()
    {
        FakeSource first = FakeSource.Good("first", 1);
        FakeSource second = FakeSource.Good("second", 2);
        FakeSource extra = FakeSource.Good("extra", 3);
        SeedGenerator generator = new(Options(20) with { ExtraSources = [extra] }, [first, second], null, null);
        using SeedBatch batch = generator.GenerateBatch(Names(20));

        first.Readings.ShouldBe(Enumerable.Repeat(96, 20));
        second.Readings.ShouldBe(Enumerable.Repeat(64, 20));
        extra.Readings.ShouldBe(Enumerable.Repeat(64, 20));
        batch.Report.Sources.ShouldBe(["first", "second", "extra"]);
    }

    [Fact]
    public void GenerateBatch_EveryNode_CostsTheKernelOneCall()
    {
        Assert.SkipUnless(KernelEntropySource.IsSupported, "getrandom(2) is a system call of Linux");
        List<int> calls = [];
        KernelEntropySource kernel = new((Span<byte> destination, bool wait, out int error) =>
        {
            calls.Add(destination.Length);
            return KernelRandom.Read(destination, wait, out error);
        });
        using SeedBatch batch = new SeedGenerator(Options(10), [kernel], null, null).GenerateBatch(Names(10));

        // One byte asks whether the kernel is ready; then nonce and entropy input of each node.
        calls.ShouldBe([1, .. Enumerable.Repeat(96, 10)]);
    }

    [Fact]
    public void GenerateBatch_AnySourceStuck_StopsBeforeAnythingIsIssued()
    {
        for (int stuck = 0; stuck < 3; stuck++)
        {
            FakeSource[] sources = [FakeSource.Good("s0", 1), FakeSource.Good("s1", 2), FakeSource.Good("s2", 3)];
            sources[stuck] = new FakeSource($"s{stuck}", (_, length) => Samples.Random(length, 9));
            SeedGenerator generator = new(Options(3) with { ExtraSources = [sources[2]] }, [sources[0], sources[1]], null, null);
            Should.Throw<RandomnessException>(() => generator.GenerateBatch(Names(3))).Message.ShouldContain($"s{stuck} is stuck");
        }
    }

    [Fact]
    public void GenerateBatch_SelfTestFailed_NothingIsMade()
    {
        DrbgSelfTest broken = new(_ => [0]);
        Should.Throw<RandomnessException>(() => new SeedGenerator(Options(1), null, null, broken)).Message.ShouldContain("self-test");
    }

    [Fact]
    public void GenerateBatch_OneBadDraw_IsDiscardedLoggedAndRedrawn()
    {
        List<RedrawEvent> log = [];
        Dictionary<string, FakeStream> streams = [];
        using SeedBatch batch = Fake(
            Options(8) with { OnRedraw = log.Add },
            streams,
            (node, draw, length) => node == 3 && draw == 0 ? new byte[length] : Samples.Random(length, (node * 10) + draw)).GenerateBatch(Names(8));

        log.Count.ShouldBe(1);
        log[0].NodeName.ShouldBe("node3");
        log[0].FailedOnBlock.ShouldBe(BlockTests.Monobit | BlockTests.Poker | BlockTests.Runs | BlockTests.LongRun | BlockTests.Continuous);
        batch.Report.Nodes.Where(node => node.Redrawn).Select(node => node.Node).ShouldBe(["node3"]);
        batch.Nodes[3].Seed.ToArray().ShouldBe(Samples.Random(2500, 31)[..512]);

        // Block (twice for node 3), then machine id and nonce: bytes that no test has seen.
        streams.Select(stream => stream.Value.Draws).ShouldBe([2, 2, 2, 3, 2, 2, 2, 2]);
        batch.Nodes[3].Nonce.ToArray().ShouldBe(Samples.Random(48, 32)[16..]);
        streams.Values.ShouldAllBe(stream => stream.Disposed);
    }

    [Fact]
    public void GenerateBatch_SeedBadInsideAGoodBlock_IsRedrawn()
    {
        // The flaw is one that only the seed's own bounds see: ones that are moved from the rest of the block into its first 512 bytes.
        List<RedrawEvent> log = [];
        byte[] block = Samples.Random(2500, 1);
        Random random = new(2);
        for (int moved = 0; moved < 190;)
        {
            int to = random.Next(0, 4096);
            int from = random.Next(4096, 20_000);
            if (!Samples.HasBit(block, to) && Samples.HasBit(block, from))
            {
                Samples.SetBit(block, to);
                Samples.ClearBit(block, from);
                moved++;
            }
        }

        using SeedBatch batch = Fake(
            Options(8) with { OnRedraw = log.Add },
            [],
            (node, draw, length) => node == 0 && draw == 0 ? block : Samples.Random(length, 1000 + (node * 10) + draw)).GenerateBatch(Names(8));

        RedrawEvent redraw = log.ShouldHaveSingleItem();
        redraw.NodeName.ShouldBe("node0");
        redraw.FailedOnBlock.ShouldBe(BlockTests.None);
        redraw.FailedOnSeed.HasFlag(BlockTests.Monobit).ShouldBeTrue();
    }

    [Theory]
    [InlineData("constant")]
    [InlineData("counter")]
    [InlineData("repeated block")]
    [InlineData("49 % ones")]
    [InlineData("low bits of an LCG")]
    public void GenerateBatch_BrokenGenerator_StopsBeforeAnythingIsIssued(string kind)
    {
        SeedGenerator generator = Fake(Options(100), [], (node, draw, length) => Broken(kind, (node * 4) + draw, length));
        Should.Throw<RandomnessException>(() => generator.GenerateBatch(Names(100)));
    }

    [Fact]
    public void GenerateBatch_TwoBadDrawsInARow_NameTheNodeAndStop()
    {
        SeedGenerator generator = Fake(
            Options(1000), [], (node, draw, length) => node == 7 && draw < 2 ? new byte[length] : Samples.Random(length, (node * 10) + draw));
        Should.Throw<RandomnessException>(() => generator.GenerateBatch(Names(1000))).Message.ShouldContain("Two draws in a row for node node7");
    }

    [Theory]
    [InlineData(100, 4, true)]
    [InlineData(100, 5, false)]
    [InlineData(1000, 8, true)]
    [InlineData(1000, 9, false)]
    public void GenerateBatch_FailedDrawsOfABatch_StopAtTheBinomialLimit(int nodes, int failing, bool passes)
    {
        List<RedrawEvent> log = [];
        SeedGenerator generator = Fake(
            Options(nodes) with { OnRedraw = log.Add },
            [],
            (node, draw, length) => node % 10 == 3 && node / 10 < failing && draw == 0 ? new byte[length] : GoodDraw(node, draw, length));

        if (passes)
        {
            using SeedBatch batch = generator.GenerateBatch(Names(nodes));
            batch.Report.Nodes.Count(node => node.Redrawn).ShouldBe(failing);
        }
        else
        {
            Should.Throw<RandomnessException>(() => generator.GenerateBatch(Names(nodes))).Message.ShouldContain($"{failing} draws of a batch of {nodes}");
        }

        log.Count.ShouldBe(failing);
    }

    [Theory]
    [InlineData(100, 5)]
    [InlineData(1_000, 9)]
    [InlineData(10_000, 26)]
    public void AlarmAt_BatchSize_IsThePublishedLimit(int nodes, int alarm) => RedrawPolicy.AlarmAt(nodes).ShouldBe(alarm);

    [Fact]
    public void GenerateBatch_TwoNodesWithOneSeed_IsCaughtByTheFleet()
    {
        // What a snapshot does: each seed is perfect by itself.
        SeedGenerator generator = Fake(Options(10), [], (node, draw, length) => GoodDraw(node % 9, draw, length));
        RandomnessException failure = Should.Throw<RandomnessException>(() => generator.GenerateBatch(Names(10)));
        failure.Message.ShouldContain("nodes node0 and node9 have the same seed");
    }

    [Fact]
    public void GenerateBatch_ExtraFleetTest_IsAskedAndObeyed()
    {
        SeedGenerator generator = new(Options(2) with { ExtraFleetTests = [new NeverIssuedBefore()] });
        Should.Throw<RandomnessException>(() => generator.GenerateBatch(Names(2))).Message.ShouldContain("issued before");
    }

    [Fact]
    public void GenerateBatch_FleetFails_WipesItsCopiesAndTheGenerators()
    {
        NeverIssuedBefore test = new();
        Dictionary<string, FakeStream> streams = [];
        SeedGenerator generator = Fake(Options(2) with { ExtraFleetTests = [test] }, streams, GoodDraw);
        Should.Throw<RandomnessException>(() => generator.GenerateBatch(Names(2)));

        test.Seen!.All.IndexOfAnyExcept((byte)0).ShouldBe(-1);
        streams.Values.ShouldAllBe(stream => stream.Disposed);
    }

    [Fact]
    public void Dispose_Batch_WipesTheMemoryAndForbidsReading()
    {
        SeedBatch batch = new SeedGenerator(Options(2)).GenerateBatch(Names(2));
        byte[] memory = (byte[])typeof(NodeSecrets).GetField("_bytes", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(batch.Nodes[1])!;
        memory.ShouldContain(value => value != 0);

        batch.Dispose();

        memory.ShouldAllBe(value => value == 0);
        Should.Throw<ObjectDisposedException>(() => batch.Nodes[0].Seed.Length);
        Should.Throw<ObjectDisposedException>(() => batch.Nodes[0].Nonce.Length);
    }

    [Fact]
    public void NodeSecrets_TextAndReport_ShowNoSecret()
    {
        using SeedBatch batch = new SeedGenerator(Options(3)).GenerateBatch(Names(3));
        string shown = string.Join('\n', batch.Nodes) + batch.Report + System.Text.Json.JsonSerializer.Serialize(batch.Report);

        batch.Nodes[0].ToString().ShouldBe("NodeSecrets");
        foreach (NodeSecrets node in batch.Nodes)
        {
            shown.Contains(Convert.ToHexStringLower(node.Seed[..8]), StringComparison.OrdinalIgnoreCase).ShouldBeFalse();
            shown.Contains(Convert.ToBase64String(node.Seed[..9]), StringComparison.Ordinal).ShouldBeFalse();
        }

        Should.Throw<Exception>(() => System.Text.Json.JsonSerializer.Serialize(batch.Nodes[0]), "secrets must not serialize");
    }

    [Fact]
    public void WriteMachineId_AnyNode_IsTheFormOfSystemd()
    {
        using SeedBatch batch = new SeedGenerator(Options(20)).GenerateBatch(Names(20));
        foreach (NodeSecrets node in batch.Nodes)
        {
            byte[] text = new byte[32];
            node.WriteMachineId(text);
            string id = System.Text.Encoding.ASCII.GetString(text);
            id.ShouldBe(Convert.ToHexStringLower(node.MachineId));
            Guid.ParseExact(id, "N").Version.ShouldBe(4);
            id[16].ShouldBeOneOf('8', '9', 'a', 'b');
        }
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(3, 31)]
    public void Constructor_UnusableOptions_Throw(int nodes, int digestBytes) => Should.Throw<ArgumentOutOfRangeException>(
        () => new SeedGenerator(new SeedGeneratorOptions { GoldenDigest = new byte[digestBytes], Nodes = nodes }));

    private static byte[] GoodDraw(int node, int draw, int length)
    {
        // Seeds whose blocks are known to pass, so that only the scripted failures count.
        for (int attempt = 0; ; attempt++)
        {
            byte[] bytes = Samples.Random(length, (node * 1000) + (draw * 100) + attempt);
            if (length != 2500 || Battery.Failures(bytes, BatteryLimits.Fips140ChangeNotice1) == BlockTests.None)
            {
                return bytes;
            }
        }
    }

    private static byte[] Broken(string kind, int seed, int length) => kind switch
    {
        "constant" => [.. Enumerable.Repeat((byte)0xA7, length)],
        "counter" => [.. Enumerable.Range(0, length).Select(i => (byte)(i + seed))],
        "repeated block" => [.. Enumerable.Repeat(Samples.Random(20, 4), length / 20 + 1).SelectMany(block => block).Take(length)],
        "49 % ones" => Samples.Biased(length, seed, 0.49),
        _ => LowBits(seed, length),
    };

    private static byte[] LowBits(int seed, int length)
    {
        uint state = (uint)seed;
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            state = (state * 1_103_515_245) + 12_345;
            bytes[i] = (byte)state;
        }

        return bytes;
    }

    private static SeedGenerator Fake(SeedGeneratorOptions options, Dictionary<string, FakeStream> streams, Func<int, int, int, byte[]> draw) => new(
        options,
        null,
        name =>
        {
            int node = int.Parse(name.AsSpan(4));
            return streams[name] = new FakeStream((index, length) => draw(node, index, length));
        },
        null);

    private static SeedGeneratorOptions Options(int nodes) => new() { GoldenDigest = Golden, Nodes = nodes };

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(i => $"node{i}")];

    private sealed class NeverIssuedBefore : IFleetTest
    {
        public string Name => "never issued before";

        public string Finds => "a seed of an earlier batch";

        public double FalseAlarmRate(int seeds) => 0;

        public FleetSeeds? Seen { get; private set; }

        public string? FindFault(FleetSeeds seeds)
        {
            Seen = seeds;
            seeds.All.IndexOfAnyExcept((byte)0).ShouldBeGreaterThanOrEqualTo(0);
            return "node node0 was issued before";
        }
    }
}
