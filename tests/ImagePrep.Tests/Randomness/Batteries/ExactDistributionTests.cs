using System.Numerics;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Tests.Randomness.Batteries;

/// <summary>The distributions behind exact limits, against counting every sample there is.</summary>
public sealed class ExactDistributionTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    public void Distributions_EverySample_AreTheCountedOnes(int bits)
    {
        Census census = Census.Of(bits);
        for (int k = 0; k <= bits; k++)
        {
            Binomial.UpperTail(bits, 0.5, k).ShouldBe(census.Share(census.Ones, k, bits), 1e-12, $"{k} ones");
            RunCounts.AnyOfAtLeast(bits, k).ShouldBe(census.Share(census.Longest, k, bits), 1e-12, $"a run of {k}");
        }

        for (int length = 1; length <= RunsTest.Lengths; length++)
        {
            CountDistribution distribution = RunCounts.OfLength(bits, length, orLonger: length == RunsTest.Lengths);
            for (int k = 0; k <= bits; k++)
            {
                distribution.Above(k - 1).ShouldBe(census.Share(census.Runs[length - 1], k, bits), 1e-12, $"{k} runs of length {length}");
                distribution.Below(k).ShouldBe(1 - census.Share(census.Runs[length - 1], k, bits), 1e-12, $"fewer than {k} runs of length {length}");
            }
        }

        int nibbles = bits / 4;
        SumOfSquares squares = new(nibbles, nibbles * nibbles);
        for (int sum = 0; sum <= nibbles * nibbles; sum++)
        {
            squares.AtMost(sum).ShouldBe(1 - census.Share(census.Squares, sum + 1, nibbles * nibbles), 1e-12, $"sum {sum}");
            squares.Above(sum).ShouldBe(census.Share(census.Squares, sum + 1, nibbles * nibbles), 1e-12, $"sum {sum}");
        }
    }

    [Fact]
    public void SumOfSquares_SmallerLimit_GivesTheSameBelowIt()
    {
        SumOfSquares whole = new(70, 4_900);
        SumOfSquares near = new(70, 500);
        for (int sum = 300; sum <= 500; sum++)
        {
            near.AtMost(sum).ShouldBe(whole.AtMost(sum), 1e-13);
        }

        Should.Throw<ArgumentOutOfRangeException>(() => near.AtMost(501));
    }

    [Fact]
    public void SumOfSquares_WholeRange_AddsUpToOne() => new SumOfSquares(70, 4_900).AtMost(4_900).ShouldBe(1, 1e-13);

    [Fact]
    public void RunCounts_Mean_IsTheKnownOne()
    {
        // (n − L + 3) / 2^(L+2) runs of length L of one symbol among n bits.
        const int Bits = 20_000;
        for (int length = 1; length <= 5; length++)
        {
            CountDistribution distribution = RunCounts.OfLength(Bits, length, orLonger: false);
            double mean = Enumerable.Range(0, Bits / 2).Sum(k => distribution.Above(k));
            mean.ShouldBe((Bits - length + 3) / Math.Pow(2, length + 2), 1e-7);
        }
    }

    [Fact]
    public void RunCounts_TheOtherSymbol_HasTheSameCounts()
    {
        // What is computed for ones holds for zeros: inverting a sample changes neither its probability nor its lengths.
        Census census = Census.Of(16);
        census.Runs[0].ShouldBe(census.RunsOfZeros[0]);
        census.Runs[5].ShouldBe(census.RunsOfZeros[5]);
    }

    /// <summary>How many of all samples of so many bits have each value of each statistic.</summary>
    private sealed class Census
    {
        private readonly int _bits;

        private Census(int bits)
        {
            _bits = bits;
            Ones = new long[bits + 1];
            Longest = new long[bits + 1];
            Squares = new long[(bits * bits / 16) + 1];
            Runs = [.. Enumerable.Range(0, RunsTest.Lengths).Select(_ => new long[bits + 1])];
            RunsOfZeros = [.. Enumerable.Range(0, RunsTest.Lengths).Select(_ => new long[bits + 1])];
        }

        public long[] Ones { get; }

        public long[] Longest { get; }

        public long[] Squares { get; }

        public long[][] Runs { get; }

        public long[][] RunsOfZeros { get; }

        public static Census Of(int bits)
        {
            const int Parts = 64;
            Census total = new(bits);
            Lock gate = new();
            uint samplesInPart = (1u << bits) / Parts;
            Parallel.For(0, Parts, part =>
            {
                Census own = new(bits);
                for (uint sample = (uint)part * samplesInPart; sample < (uint)(part + 1) * samplesInPart; sample++)
                {
                    own.Add(sample);
                }

                lock (gate)
                {
                    total.Add(own);
                }
            });
            return total;
        }

        /// <summary>Share of samples whose statistic is at least <paramref name="from"/>.</summary>
        public double Share(long[] counts, int from, int last)
        {
            long sum = 0;
            for (int k = from; k <= last && k < counts.Length; k++)
            {
                sum += counts[k];
            }

            return sum / Math.Pow(2, _bits);
        }

        private void Add(uint sample)
        {
            Span<int> ones = stackalloc int[RunsTest.Lengths];
            Span<int> zeros = stackalloc int[RunsTest.Lengths];
            ones.Clear();
            zeros.Clear();
            int longest = 0;
            uint left = sample;
            for (int remaining = _bits; remaining > 0;)
            {
                bool one = (left & 1) != 0;
                int length = Math.Min(BitOperations.TrailingZeroCount(one ? ~left : left), remaining);
                longest = Math.Max(longest, length);
                (one ? ones : zeros)[Math.Min(length, RunsTest.Lengths) - 1]++;
                left >>= length;
                remaining -= length;
            }

            Ones[BitOperations.PopCount(sample)]++;
            Longest[longest]++;
            for (int i = 0; i < RunsTest.Lengths; i++)
            {
                Runs[i][ones[i]]++;
                RunsOfZeros[i][zeros[i]]++;
            }

            ulong counts = 0; // sixteen counts of four bits each: at most 6
            for (int shift = 0; shift < _bits; shift += 4)
            {
                counts += 1UL << (int)(((sample >> shift) & 0xF) * 4);
            }

            int squares = 0;
            for (; counts != 0; counts >>= 4)
            {
                squares += (int)(counts & 0xF) * (int)(counts & 0xF);
            }

            Squares[squares]++;
        }

        private void Add(Census other)
        {
            Add(Ones, other.Ones);
            Add(Longest, other.Longest);
            Add(Squares, other.Squares);
            for (int i = 0; i < RunsTest.Lengths; i++)
            {
                Add(Runs[i], other.Runs[i]);
                Add(RunsOfZeros[i], other.RunsOfZeros[i]);
            }
        }

        private static void Add(long[] counts, long[] more)
        {
            for (int i = 0; i < counts.Length; i++)
            {
                counts[i] += more[i];
            }
        }
    }
}
