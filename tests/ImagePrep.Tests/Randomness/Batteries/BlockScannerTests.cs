using FsCheck;
using FsCheck.Fluent;
using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Tests.Randomness.Batteries;

/// <summary>The fast scanner gives the verdicts of the plain functions, whatever the bytes.</summary>
public sealed class BlockScannerTests
{
    [Fact]
    public void Failures_GoodBadAndStructuredBlocks_EqualThePlainFunctions()
    {
        BlockTests seen = BlockTests.None;
        foreach (BatteryLimits limits in (BatteryLimits[])[.. BatteryLimits.ForStreams, BatteryLimits.Seed4096])
        {
            for (int seed = 0; seed < 60; seed++)
            {
                foreach (byte[] sample in Variants(limits.SampleBytes, seed))
                {
                    BlockTests expected = Battery.Failures(sample, limits);
                    seen |= expected;
                    BlockScanner.Failures(sample, limits).ShouldBe(expected, $"seed {seed}, {sample.Length} bytes");
                }
            }
        }

        // The variants must exercise every test, or the comparison says nothing.
        seen.ShouldBe(BlockTests.Monobit | BlockTests.Poker | BlockTests.Runs | BlockTests.LongRun);
    }

    [Fact]
    public void Failures_ArbitraryBytesAndLimits_EqualThePlainFunctions()
    {
        // Limits around the sample's own statistics, so that every comparison is close.
        Gen<(byte[], int)> samples =
            from bytes in ArbMap.Default.GeneratorFor<byte>().ArrayOf(300)
            from length in Gen.Choose(1, 300)
            from slack in Gen.Choose(-1, 1)
            select (bytes[..length], slack);
        Prop.ForAll(samples.ToArbitrary(), pair => AgreesNearTheEdge(pair.Item1, pair.Item2)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Failures_AnyBlock_AllocateNothing()
    {
        byte[] block = Samples.Random(2504, 3);
        BlockScanner.Failures(block.AsSpan(4), BatteryLimits.Fips140ChangeNotice1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            BlockScanner.Failures(block.AsSpan(4), BatteryLimits.Fips140ChangeNotice1);
            BlockScanner.HasRepeatedWord(block);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static bool AgreesNearTheEdge(byte[] sample, int slack)
    {
        BatteryLimits any = new("any", "any", sample.Length, new Bounds(0, long.MaxValue), new Bounds(0, long.MaxValue), [.. Enumerable.Repeat(default(Bounds), 6)], 9);
        RunsResult runs = RunsTest.Evaluate(sample, any);
        BatteryLimits close = any with
        {
            Ones = new Bounds(0, MonobitTest.Evaluate(sample, any).Ones + slack),
            SumOfSquares = new Bounds(PokerTest.Evaluate(sample, any).SumOfSquares + slack, long.MaxValue),
            Runs = [.. runs.Ones.Zip(runs.Zeros, (one, zero) => new Bounds(Math.Min(one, zero), Math.Max(one, zero) + slack))],
            LongRunFailsAt = Math.Max(9, LongRunTest.Evaluate(sample, any).Longest + slack),
        };
        return BlockScanner.Failures(sample, close) == Battery.Failures(sample, close);
    }

    private static IEnumerable<byte[]> Variants(int length, int seed)
    {
        byte[] random = Samples.Random(length, seed);
        yield return random;
        yield return Samples.Biased(length, seed, 0.47);
        yield return Samples.Biased(length, seed, 0.51);
        yield return Samples.Sticky(length, seed, 0.47);
        yield return Samples.Sticky(length, seed, 0.7);
        yield return [.. Enumerable.Repeat((byte)seed, length)];
        yield return [.. Enumerable.Range(0, length).Select(i => (byte)(i + seed))];

        // A long run anywhere, the ends of the sample included.
        byte[] run = [.. random];
        int start = new Random(seed).Next(0, (length * 8) - 35);
        for (int bit = start; bit < start + 24 + (seed % 11); bit++)
        {
            if (seed % 2 == 0)
            {
                Samples.SetBit(run, bit);
            }
            else
            {
                Samples.ClearBit(run, bit);
            }
        }

        yield return run;
    }
}
