using System.Text.RegularExpressions;
using ImagePrep.Randomness;
using ImagePrep.Randomness.Batteries;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Randomness;

/// <summary>Stream semantics and verdicts, against rng-tools and against a published stream.</summary>
public sealed partial class RngTestTests
{
    private static readonly Lazy<byte[]> CounterStream = new(() => Samples.AesCounterStream(RngTest.PrimingBytes + (20_000 * 2500)));

    [Fact]
    public void Run_Aes256CounterStream_FailsExactlyTheKnownBlocks()
    {
        // Verdicts of two independent implementations on AES-256-CTR with a zero key and counter; the first 20,000 blocks of 100,000.
        Dictionary<int, BlockTests> expected = new()
        {
            [477] = BlockTests.Runs,
            [480] = BlockTests.LongRun,
            [2788] = BlockTests.Runs,
            [3804] = BlockTests.Runs,
            [4845] = BlockTests.Runs,
            [5274] = BlockTests.Runs,
            [9787] = BlockTests.Poker,
            [12380] = BlockTests.Runs,
            [13671] = BlockTests.LongRun,
            [14812] = BlockTests.Runs,
            [14896] = BlockTests.Monobit,
            [17274] = BlockTests.LongRun,
            [19443] = BlockTests.LongRun,
        };
        byte[] stream = CounterStream.Value;
        Convert.ToHexStringLower(stream.AsSpan(0, 8)).ShouldBe("dc95c078a2408989");

        Dictionary<int, BlockTests> failed = [];
        for (int block = 0; block < 20_000; block++)
        {
            BlockTests failures = RngTest.Failures(stream.AsSpan(block * 2500, RngTest.PrimingBytes + 2500), BatteryLimits.Fips140ChangeNotice1);
            if (failures != BlockTests.None)
            {
                failed.Add(block, failures);
            }
        }

        failed.ShouldBe(expected);
        RngTest.Run(stream).ShouldBe(new RngTestResult(20_000, 13, new RngTestFailures(1, 1, 7, 4, 0)));
    }

    [Fact]
    public void Run_Aes256CounterStream_StatisticsAreTheKnownOnes()
    {
        byte[] stream = CounterStream.Value;
        RunsTest.Evaluate(Block(477), BatteryLimits.Fips140ChangeNotice1).Zeros[0].ShouldBe(2313);
        LongRunTest.Evaluate(Block(480), BatteryLimits.Fips140ChangeNotice1).Longest.ShouldBe(26);
        RunsTest.Evaluate(Block(2788), BatteryLimits.Fips140ChangeNotice1).Zeros[1].ShouldBe(1391);
        RunsTest.Evaluate(Block(3804), BatteryLimits.Fips140ChangeNotice1).Zeros[3].ShouldBe(385);
        PokerTest.Evaluate(Block(9787), BatteryLimits.Fips140ChangeNotice1).SumOfSquares.ShouldBe(1_563_170);
        PokerTest.Evaluate(Block(9787), BatteryLimits.Fips140ChangeNotice1).X.ShouldBe(2.1440, 1e-4);
        LongRunTest.Evaluate(Block(13_671), BatteryLimits.Fips140ChangeNotice1).Longest.ShouldBe(30);
        MonobitTest.Evaluate(Block(14_896), BatteryLimits.Fips140ChangeNotice1).Ones.ShouldBe(10_282);

        ReadOnlySpan<byte> Block(int index) => stream.AsSpan(RngTest.PrimingBytes + (index * 2500), 2500);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(2503, 0)]
    [InlineData(2504, 1)]
    [InlineData(5003, 1)]
    [InlineData(5004, 2)]
    [InlineData(1_000_003, 399)]
    [InlineData(1_000_004, 400)]
    [InlineData(3_002_504, 1201)]
    public void Run_AnyLength_CountsWholeBlocksAfterThePrimingWord(int length, long blocks)
    {
        byte[] bytes = Samples.Random(length, 5);
        RngTestResult inMemory = RngTest.Run(bytes);
        inMemory.Blocks.ShouldBe(blocks);
        inMemory.Passed.ShouldBe(blocks > 0 && inMemory.FailedBlocks == 0);

        RngTest.Run(new DribblingStream(bytes)).ShouldBe(inMemory);
        using ScratchFolder scratch = new();
        File.WriteAllBytes(scratch.File("data"), bytes);
        using FileStream file = File.OpenRead(scratch.File("data"));
        RngTest.Run(file).ShouldBe(inMemory);
    }

    [Fact]
    public void Run_MaxBlocks_StopsAndTakesNoMore()
    {
        byte[] bytes = Samples.Random(4_000_000, 6);
        using MemoryStream stream = new(bytes);
        RngTest.Run(stream, 1_000).Blocks.ShouldBe(1_000);
        stream.Position.ShouldBe(2_500_004);

        using ScratchFolder scratch = new();
        File.WriteAllBytes(scratch.File("data"), bytes);
        using FileStream file = File.OpenRead(scratch.File("data"));
        RngTest.Run(file, 1_000).ShouldBe(RngTest.Run(bytes, 1_000));
        file.Position.ShouldBe(2_500_004);
    }

    [Fact]
    public void Run_WordRepeatedAcrossAChunk_IsSeenOnce()
    {
        // The last word of block 400 (the last of a chunk) and the first of block 401.
        byte[] bytes = Samples.Random(4 + (2500 * 800), 7);
        bytes.AsSpan(2500 * 400, 4).CopyTo(bytes.AsSpan((2500 * 400) + 4));

        foreach (RngTestResult result in new[] { RngTest.Run(bytes), RngTest.Run(new DribblingStream(bytes)) })
        {
            result.Failures.Continuous.ShouldBe(1);
        }
    }

    [Fact]
    public void Run_PrimingWord_IsComparedWithTheFirst()
    {
        byte[] bytes = Samples.Random(2504, 8);
        bytes.AsSpan(0, 4).CopyTo(bytes.AsSpan(4));
        RngTest.Run(bytes).Failures.Continuous.ShouldBe(1);
    }

    [Theory]
    [InlineData("random")]
    [InlineData("biased")]
    [InlineData("slightly biased")]
    [InlineData("sticky")]
    [InlineData("stuck")]
    [InlineData("repeated")]
    [InlineData("structured")]
    [InlineData("mixed")]
    public void Run_AnyData_CountsAsRngtestDoes(string kind)
    {
        byte[] bytes = Data(kind, 3_000_000);
        RngTestResult expected = AskRngtest(bytes);

        RngTest.Run(bytes).ShouldBe(expected);
        RngTest.Run(new DribblingStream(bytes)).ShouldBe(expected);
    }

    // Explicit: a gigabyte in all, which rngtest takes most of a minute for.
    [Theory(Explicit = true)]
    [InlineData("random")]
    [InlineData("biased")]
    [InlineData("slightly biased")]
    [InlineData("sticky")]
    [InlineData("stuck")]
    [InlineData("repeated")]
    [InlineData("structured")]
    [InlineData("mixed")]
    public void Run_EighthOfAGigabyte_AgreesOnEveryBlock(string kind)
    {
        byte[] bytes = Data(kind, 125_000_000);
        using ScratchFolder scratch = new();
        File.WriteAllBytes(scratch.File("data"), bytes);
        OutsideTool.Require("rngtest");

        // As a filter it hands on the good blocks, and skips one word more at the start.
        OutsideTool.Run("sh", ["-c", "rngtest -p < \"$1\" > \"$2\"", "sh", scratch.File("data"), scratch.File("good")], seconds: 300);
        byte[] good = File.ReadAllBytes(scratch.File("good"));
        ReadOnlySpan<byte> tested = bytes.AsSpan(RngTest.PrimingBytes);
        int at = 0;
        for (int block = 0; RngTest.PrimingBytes + ((block + 1) * 2500) <= tested.Length; block++)
        {
            ReadOnlySpan<byte> withWord = tested.Slice(block * 2500, RngTest.PrimingBytes + 2500);
            if (RngTest.Failures(withWord, BatteryLimits.Fips140ChangeNotice1) == BlockTests.None)
            {
                withWord[RngTest.PrimingBytes..].SequenceEqual(good.AsSpan(at, 2500)).ShouldBeTrue($"block {block}");
                at += 2500;
            }
        }

        at.ShouldBe(good.Length);
        RngTest.Run(bytes).ShouldBe(AskRngtest(bytes));
    }

    private static byte[] Data(string kind, int length) => kind switch
    {
        "random" => Samples.Random(length, 11),
        "biased" => Samples.Biased(length, 12, 0.49),
        "slightly biased" => Samples.Biased(length, 13, 0.4935),
        "sticky" => Samples.Sticky(length, 14, 0.492),
        "stuck" => new byte[length],
        "repeated" => [.. Enumerable.Repeat(Samples.Random(2500, 15), length / 2500).SelectMany(block => block)],
        "structured" => [.. Enumerable.Range(0, length).Select(i => (byte)(i >> (i / 300_000)))],
        _ => Mixed(length),
    };

    /// <summary>Random data with every kind of flaw sprinkled in, some across block ends.</summary>
    private static byte[] Mixed(int length)
    {
        byte[] bytes = Samples.Random(length, 16);
        Random random = new(17);
        for (int i = 0; i < 600; i++)
        {
            int at = random.Next(0, length - 100) / 4 * 4;
            switch (i % 3)
            {
                case 0:
                    bytes.AsSpan(at, 4).CopyTo(bytes.AsSpan(at + 4));
                    break;
                case 1:
                    bytes.AsSpan(at + 1, 3).Fill((byte)(i % 2 == 0 ? 0 : 0xFF));
                    break;
                default:
                    bytes.AsSpan(at, 40).Fill(0x5A);
                    break;
            }
        }

        return bytes;
    }

    private static RngTestResult AskRngtest(byte[] bytes)
    {
        using ScratchFolder scratch = new();
        string path = scratch.File("data");
        File.WriteAllBytes(path, bytes);
        OutsideTool.Require("rngtest");
        ToolResult tool = OutsideTool.Run("sh", ["-c", "exec rngtest < \"$1\"", "sh", path]);
        Dictionary<string, long> counts = [];
        foreach (Match match in CountLine().Matches(tool.Error))
        {
            counts[match.Groups["name"].Value] = long.Parse(match.Groups["count"].Value);
        }

        RngTestResult result = new(
            counts["FIPS 140-2 successes"] + counts["FIPS 140-2 failures"],
            counts["FIPS 140-2 failures"],
            new RngTestFailures(
                counts["FIPS 140-2(2001-10-10) Monobit"],
                counts["FIPS 140-2(2001-10-10) Poker"],
                counts["FIPS 140-2(2001-10-10) Runs"],
                counts["FIPS 140-2(2001-10-10) Long run"],
                counts["FIPS 140-2(2001-10-10) Continuous run"]));
        result.Passed.ShouldBe(tool.ExitCode == 0);
        return result;
    }

    [GeneratedRegex(@"^rngtest: (?<name>FIPS [^:]*): (?<count>\d+)\s*$", RegexOptions.Multiline)]
    private static partial Regex CountLine();

    /// <summary>Hands out its bytes in odd small pieces, as a pipe may.</summary>
    private sealed class DribblingStream(byte[] bytes) : MemoryStream(bytes)
    {
        // A derived MemoryStream routes Read(Span) through Read(byte[], int, int), so this one override serves both.
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 3_001));
    }
}
