using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Tests.Randomness.Batteries;

/// <summary>The limits of FIPS 140-2 Change Notice 1, at both sides of every edge.</summary>
public sealed class Fips140LimitTests
{
    private static readonly BatteryLimits Limits = BatteryLimits.Fips140ChangeNotice1;

    [Theory]
    [InlineData(9_725, false)]
    [InlineData(9_726, true)]
    [InlineData(10_274, true)]
    [InlineData(10_275, false)]
    public void Monobit_AtTheEdge_Decides(int ones, bool passes)
    {
        byte[] block = new byte[2500];
        for (int bit = 0; bit < ones; bit++)
        {
            // 7,919 is prime to 20,000: the ones are spread over the block.
            Samples.SetBit(block, (int)(bit * 7_919L % 20_000));
        }

        MonobitResult result = MonobitTest.Evaluate(block, Limits);

        result.Ones.ShouldBe(ones);
        result.Passed.ShouldBe(passes);
        BlockScanner.Failures(block, Limits).HasFlag(BlockTests.Monobit).ShouldBe(!passes);
    }

    [Theory]
    [InlineData(1_563_175, false)]
    [InlineData(1_563_176, true)]
    [InlineData(1_576_928, true)]
    [InlineData(1_576_929, false)]
    public void PokerResult_AtTheEdge_Decides(long sum, bool passes)
    {
        PokerResult result = new(sum, 5_000, Limits.SumOfSquares);

        result.Passed.ShouldBe(passes);
        (result.X is > 2.16 and < 46.17).ShouldBe(passes);
    }

    [Theory]
    [InlineData(1_563_174, false)] // the sum has the parity of the number of nibbles, so real blocks reach even values only
    [InlineData(1_563_176, true)]
    [InlineData(1_576_928, true)]
    [InlineData(1_576_930, false)]
    public void Poker_BlockAtTheEdge_Decides(long sum, bool passes)
    {
        byte[] block = BlockWithSumOfSquares(sum);

        PokerResult result = PokerTest.Evaluate(block, Limits);

        result.SumOfSquares.ShouldBe(sum);
        result.Passed.ShouldBe(passes);
        BlockScanner.Failures(block, Limits).HasFlag(BlockTests.Poker).ShouldBe(!passes);
    }

    [Theory]
    [InlineData(1, 2_315, 2_685)]
    [InlineData(2, 1_114, 1_386)]
    [InlineData(3, 527, 723)]
    [InlineData(4, 240, 384)]
    [InlineData(5, 103, 209)]
    [InlineData(6, 103, 209)]
    public void Runs_CountsAtTheEdge_Decide(int length, int low, int high)
    {
        foreach ((int count, bool passes) in new[] { (low - 1, false), (low, true), (high, true), (high + 1, false) })
        {
            foreach (bool ones in new[] { false, true })
            {
                byte[] block = BlockWithRuns(length, count, ones);

                RunsResult result = RunsTest.Evaluate(block, Limits);

                (ones ? result.Ones : result.Zeros)[length - 1].ShouldBe(count);
                result.Passed.ShouldBe(passes, $"{count} runs of {(ones ? "ones" : "zeros")} of length {length}");
                BlockScanner.Failures(block, Limits).HasFlag(BlockTests.Runs).ShouldBe(!passes);
            }
        }
    }

    [Theory]
    [InlineData(25, true)]
    [InlineData(26, false)]
    [InlineData(34, false)]
    public void LongRun_AtTheEdge_Decides(int length, bool passes)
    {
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

                LongRunTest.Evaluate(block, Limits).Longest.ShouldBe(length);
                LongRunTest.Evaluate(block, Limits).Passed.ShouldBe(passes);
                BlockScanner.Failures(block, Limits).HasFlag(BlockTests.LongRun).ShouldBe(!passes, $"at {start}");
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
        Should.Throw<ArgumentException>(() => Battery.Failures(new byte[2499], Limits));
        Should.Throw<ArgumentException>(() => BlockScanner.Failures(new byte[2501], Limits));
    }

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
        int[] typical = [2_500, 1_250, 625, 312, 156, 156];
        int[] changed = [.. typical];
        changed[length - 1] = count;
        int missingRuns = typical.Sum() - changed.Sum();
        int other = length == 1 ? 1 : 0;
        int another = length <= 2 ? 2 : 1;
        int room = Math.Clamp(missingRuns, -90, 90);
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
