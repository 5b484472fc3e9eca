using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Tests.Randomness.Batteries;

/// <summary>The limits of FIPS 140-1, of 140-2 and of its Change Notice 1, at both sides of every edge.</summary>
public sealed class Fips140LimitTests
{
    private const string Old = "fips140-1";
    private const string First = "fips140-2";
    private const string Notice1 = "fips140-2-cn1";

    [Theory]
    [InlineData(Old, 9_654, false)]
    [InlineData(Old, 9_655, true)]
    [InlineData(Old, 10_345, true)]
    [InlineData(Old, 10_346, false)]
    [InlineData(First, 9_725, false)]
    [InlineData(First, 9_726, true)]
    [InlineData(First, 10_274, true)]
    [InlineData(First, 10_275, false)]
    [InlineData(Notice1, 9_725, false)]
    [InlineData(Notice1, 9_726, true)]
    [InlineData(Notice1, 10_274, true)]
    [InlineData(Notice1, 10_275, false)]
    public void Monobit_AtTheEdge_Decides(string battery, int ones, bool passes)
    {
        BatteryLimits limits = Limits(battery);
        byte[] block = new byte[2500];
        for (int bit = 0; bit < ones; bit++)
        {
            // 7,919 is prime to 20,000: the ones are spread over the block.
            Samples.SetBit(block, (int)(bit * 7_919L % 20_000));
        }

        MonobitResult result = MonobitTest.Evaluate(block, limits);

        result.Ones.ShouldBe(ones);
        result.Passed.ShouldBe(passes);
        BlockScanner.Failures(block, limits).HasFlag(BlockTests.Monobit).ShouldBe(!passes);
    }

    [Theory]
    [InlineData(Old, 1_562_821, false, 1.03, 57.4)]
    [InlineData(Old, 1_562_822, true, 1.03, 57.4)]
    [InlineData(Old, 1_580_437, true, 1.03, 57.4)]
    [InlineData(Old, 1_580_438, false, 1.03, 57.4)]
    [InlineData(First, 1_563_175, false, 2.16, 46.17)]
    [InlineData(First, 1_563_176, true, 2.16, 46.17)]
    [InlineData(First, 1_576_928, true, 2.16, 46.17)]
    [InlineData(First, 1_576_929, false, 2.16, 46.17)]
    [InlineData(Notice1, 1_563_175, false, 2.16, 46.17)]
    [InlineData(Notice1, 1_563_176, true, 2.16, 46.17)]
    [InlineData(Notice1, 1_576_928, true, 2.16, 46.17)]
    [InlineData(Notice1, 1_576_929, false, 2.16, 46.17)]
    public void PokerResult_AtTheEdge_Decides(string battery, long sum, bool passes, double low, double high)
    {
        PokerResult result = new(sum, 5_000, Limits(battery).SumOfSquares);

        result.Passed.ShouldBe(passes);
        (result.X > low && result.X < high).ShouldBe(passes);
    }

    [Theory]
    [InlineData(Old, 1_562_820, false)] // the sum has the parity of the number of nibbles, so real blocks reach even values only
    [InlineData(Old, 1_562_822, true)]
    [InlineData(Old, 1_580_436, true)]
    [InlineData(Old, 1_580_438, false)]
    [InlineData(First, 1_563_174, false)]
    [InlineData(First, 1_563_176, true)]
    [InlineData(First, 1_576_928, true)]
    [InlineData(First, 1_576_930, false)]
    [InlineData(Notice1, 1_563_174, false)]
    [InlineData(Notice1, 1_563_176, true)]
    [InlineData(Notice1, 1_576_928, true)]
    [InlineData(Notice1, 1_576_930, false)]
    public void Poker_BlockAtTheEdge_Decides(string battery, long sum, bool passes)
    {
        BatteryLimits limits = Limits(battery);
        byte[] block = BlockWithSumOfSquares(sum);

        PokerResult result = PokerTest.Evaluate(block, limits);

        result.SumOfSquares.ShouldBe(sum);
        result.Passed.ShouldBe(passes);
        BlockScanner.Failures(block, limits).HasFlag(BlockTests.Poker).ShouldBe(!passes);
    }

    [Theory]
    [InlineData(Old, 1, 2_267, 2_733)]
    [InlineData(Old, 2, 1_079, 1_421)]
    [InlineData(Old, 3, 502, 748)]
    [InlineData(Old, 4, 223, 402)]
    [InlineData(Old, 5, 90, 223)]
    [InlineData(Old, 6, 90, 223)]
    [InlineData(First, 1, 2_343, 2_657)]
    [InlineData(First, 2, 1_135, 1_365)]
    [InlineData(First, 3, 542, 708)]
    [InlineData(First, 4, 251, 373)]
    [InlineData(First, 5, 111, 201)]
    [InlineData(First, 6, 111, 201)]
    [InlineData(Notice1, 1, 2_315, 2_685)]
    [InlineData(Notice1, 2, 1_114, 1_386)]
    [InlineData(Notice1, 3, 527, 723)]
    [InlineData(Notice1, 4, 240, 384)]
    [InlineData(Notice1, 5, 103, 209)]
    [InlineData(Notice1, 6, 103, 209)]
    public void Runs_CountsAtTheEdge_Decide(string battery, int length, int low, int high)
    {
        BatteryLimits limits = Limits(battery);
        foreach ((int count, bool passes) in new[] { (low - 1, false), (low, true), (high, true), (high + 1, false) })
        {
            foreach (bool ones in new[] { false, true })
            {
                byte[] block = BlockWithRuns(length, count, ones);

                RunsResult result = RunsTest.Evaluate(block, limits);

                (ones ? result.Ones : result.Zeros)[length - 1].ShouldBe(count);
                result.Passed.ShouldBe(passes, $"{count} runs of {(ones ? "ones" : "zeros")} of length {length}");
                BlockScanner.Failures(block, limits).HasFlag(BlockTests.Runs).ShouldBe(!passes);
            }
        }
    }

    [Theory]
    [InlineData(Old, 33, true)]
    [InlineData(Old, 34, false)]
    [InlineData(Old, 42, false)]
    [InlineData(First, 25, true)]
    [InlineData(First, 26, false)]
    [InlineData(Notice1, 25, true)]
    [InlineData(Notice1, 26, false)]
    [InlineData(Notice1, 34, false)]
    public void LongRun_AtTheEdge_Decides(string battery, int length, bool passes)
    {
        BatteryLimits limits = Limits(battery);
        // Every alignment, at the block's start, inside and at its end, of zeros and of ones.
        int[] starts = [.. Enumerable.Range(0, 70), .. Enumerable.Range(9_000, 16), .. Enumerable.Range(20_000 - length - 40, 41)];
        foreach (int start in starts)
        {
            foreach (bool ones in new[] { false, true })
            {
                byte[] block = Alternating();
                for (int bit = start; bit < start + length; bit++)
                {
                    Put(block, bit, ones);
                }

                Guard(block, start - 1, !ones);
                Guard(block, start + length, !ones);

                LongRunTest.Evaluate(block, limits).Longest.ShouldBe(length);
                LongRunTest.Evaluate(block, limits).Passed.ShouldBe(passes);
                BlockScanner.Failures(block, limits).HasFlag(BlockTests.LongRun).ShouldBe(!passes, $"at {start}");
            }
        }
    }

    [Fact]
    public void Continuous_EveryWordOfTheBlock_IsComparedWithTheOneBefore()
    {
        byte[] words = Samples.Random(4 + 2500, 1);
        BlockScanner.HasRepeatedWord(words).ShouldBeFalse();
        for (int word = 1; word <= 625; word++)
        {
            byte[] changed = [.. words];
            changed.AsSpan((word - 1) * 4, 4).CopyTo(changed.AsSpan(word * 4));
            BlockScanner.HasRepeatedWord(changed).ShouldBeTrue($"word {word}");
        }
    }

    [Fact]
    public void Battery_WrongLength_Throws()
    {
        Should.Throw<ArgumentException>(() => Battery.Failures(new byte[2499], Limits(Notice1)));
        Should.Throw<ArgumentException>(() => BlockScanner.Failures(new byte[2501], Limits(Notice1)));
    }

    private static BatteryLimits Limits(string battery) => BatteryLimits.ForStreams.Single(limits => limits.Id == battery);

    /// <summary>Moves nibbles between values until the sum of squares is the wanted one.</summary>
    private static byte[] BlockWithSumOfSquares(long wanted)
    {
        int[] counts = new int[16];
        Array.Fill(counts, 312);
        for (int i = 0; i < 8; i++)
        {
            counts[i]++;
        }

        // Greedy: a move of one nibble from value b to value a changes the sum by 2(f(a) − f(b)) + 2.
        for (long missing = wanted - Sum(); missing != 0; missing = wanted - Sum())
        {
            (int a, int b, long change) best = (0, 0, 0);
            for (int a = 0; a < 16; a++)
            {
                for (int b = 0; b < 16; b++)
                {
                    long change = (2L * (counts[a] - counts[b])) + 2;
                    if (a != b && change <= missing && change > best.change)
                    {
                        best = (a, b, change);
                    }
                }
            }

            best.change.ShouldBeGreaterThan(0);
            counts[best.a]++;
            counts[best.b]--;
        }

        byte[] nibbles = [.. counts.SelectMany((count, value) => Enumerable.Repeat((byte)value, count))];
        new Random(7).Shuffle(nibbles);
        return [.. nibbles.Chunk(2).Select(pair => (byte)((pair[0] << 4) | pair[1]))];

        long Sum() => counts.Sum(count => (long)count * count);
    }

    /// <summary>A block with typical runs of both symbols, but exactly <paramref name="count"/> of one length and symbol.</summary>
    private static byte[] BlockWithRuns(int length, int count, bool ones)
    {
        // Typical counts; the change in bits and in runs is made good with runs of 1 and 2 (or 3 and 4) of the same symbol and length 6+.
        int[] typical = [2_500, 1_250, 625, 312, 156, 140];
        int[] changed = [.. typical];
        changed[length - 1] = count;
        int missingRuns = typical.Sum() - changed.Sum();
        int other = length == 1 ? 1 : 0;
        int another = length <= 2 ? 2 : 1;
        int room = missingRuns * 3 / 5;
        changed[other] += room;
        changed[another] += missingRuns - room;

        List<int>[] lengths = [Lengths(ones ? typical : changed), Lengths(ones ? changed : typical)];
        Random random = new(count);
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(lengths[0]));
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(lengths[1]));
        FitTo20000(lengths);

        byte[] block = new byte[2500];
        int position = 0;
        for (int run = 0; run < lengths[0].Count; run++)
        {
            position += lengths[0][run];
            for (int i = 0; i < lengths[1][run]; i++)
            {
                Samples.SetBit(block, position++);
            }
        }

        position.ShouldBe(20_000);
        return block;
    }

    private static List<int> Lengths(int[] counts) =>
        [.. counts.SelectMany((count, index) => Enumerable.Repeat(index + 1, count))];

    /// <summary>Stretches the runs of 6 and more (which count alike, however long) until the block is full.</summary>
    private static void FitTo20000(List<int>[] lengths)
    {
        int missing = 20_000 - lengths.Sum(list => list.Sum());
        missing.ShouldBeGreaterThanOrEqualTo(0);
        while (missing > 0)
        {
            foreach (List<int> list in lengths)
            {
                for (int i = 0; i < list.Count && missing > 0; i++)
                {
                    if (list[i] is >= 6 and < 25)
                    {
                        list[i]++;
                        missing--;
                    }
                }
            }
        }
    }

    private static byte[] Alternating()
    {
        byte[] block = new byte[2500];
        Array.Fill(block, (byte)0x55);
        return block;
    }

    private static void Put(byte[] block, int bit, bool one)
    {
        if (one)
        {
            Samples.SetBit(block, bit);
        }
        else
        {
            Samples.ClearBit(block, bit);
        }
    }

    private static void Guard(byte[] block, int bit, bool one)
    {
        if (bit is >= 0 and < 20_000)
        {
            Put(block, bit, one);
        }
    }
}
