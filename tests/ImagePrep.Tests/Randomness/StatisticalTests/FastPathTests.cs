using ImagePrep.Randomness.Statistics;
using ImagePrep.Randomness.StatisticalTests;

namespace ImagePrep.Tests.Randomness.StatisticalTests;

/// <summary>What works on words, against the same bit by bit.</summary>
public sealed class FastPathTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void BitSequence_AnyLength_HoldsTheBits(int length)
    {
        byte[] bytes = Samples.Random((length / 8) + 9, length);
        BitSequence bits = new(bytes, length);

        bits.Length.ShouldBe(length);
        bits.Ones.ShouldBe(Enumerable.Range(0, length).Count(i => Samples.HasBit(bytes, i)));
        for (int i = 0; i < length; i++)
        {
            bits[i].ShouldBe(Samples.HasBit(bytes, i), $"bit {i}");
            int count = Math.Min(13, length - i);
            ulong number = Enumerable.Range(i, count).Aggregate(0UL, (value, at) => (value << 1) | (Samples.HasBit(bytes, at) ? 1UL : 0));
            bits.Number(i, count).ShouldBe(number, $"bits from {i}");
            bits.OnesIn(i, length - i).ShouldBe(Enumerable.Range(i, length - i).Count(at => Samples.HasBit(bytes, at)), $"ones from {i}");
        }
    }

    [Fact]
    public void BitSequence_MoreBitsThanBytes_Throws()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new BitSequence(new byte[2], 17));
        Should.Throw<ArgumentOutOfRangeException>(() => new BitSequence([]));
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(64, 1)]
    [InlineData(200, 8)]
    [InlineData(203, 5)]
    [InlineData(1000, 10)]
    public void CountPatterns_AnyLength_CountsAroundTheCircle(int length, int patternBits)
    {
        byte[] bytes = Samples.Random((length / 8) + 1, 31);
        BitSequence bits = new(bytes, length);
        int[] expected = new int[1 << patternBits];
        for (int i = 0; i < length; i++)
        {
            expected[Enumerable.Range(i, patternBits).Aggregate(0, (value, at) => (value << 1) | (Samples.HasBit(bytes, at % length) ? 1 : 0))]++;
        }

        bits.CountPatterns(patternBits).ShouldBe(expected);
        if (patternBits > 1)
        {
            BitSequence.Shortened(expected).ShouldBe(bits.CountPatterns(patternBits - 1));
        }
    }

    [Fact]
    public void Complexity_AnyBlock_IsBerlekampAndMasseys()
    {
        byte[] bytes = Samples.Random(1000, 41);
        BitSequence bits = new(bytes);
        foreach (int count in (int[])[1, 2, 3, 13, 63, 64, 65, 128, 200, 500])
        {
            foreach (int start in (int[])[0, 1, 100, 777])
            {
                int[] block = [.. Enumerable.Range(start, count).Select(i => Samples.HasBit(bytes, i) ? 1 : 0)];
                LinearComplexityTest.Complexity(bits, start, count).ShouldBe(ComplexityBitByBit(block), $"{count} bits from {start}");
            }
        }

        LinearComplexityTest.Complexity(new BitSequence(new byte[10]), 0, 80).ShouldBe(0);
        LinearComplexityTest.Complexity(new BitSequence([0, 0, 1]), 0, 24).ShouldBe(24);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(18)]
    [InlineData(25)]
    [InlineData(30)]
    [InlineData(49)]
    [InlineData(97)]
    [InlineData(100)]
    [InlineData(154)]
    [InlineData(1000)]
    [InlineData(1024)]
    public void PowerOfFirstHalf_AnyLength_IsTheSumItIsDefinedBy(int length)
    {
        byte[] bytes = Samples.Random(length, length);
        double[] values = [.. bytes.Select(value => value - 127.5)];

        double[] powers = FourierTransform.PowerOfFirstHalf(values);

        powers.Length.ShouldBe(length / 2);
        for (int k = 0; k < powers.Length; k++)
        {
            double real = 0;
            double imaginary = 0;
            for (int j = 0; j < length; j++)
            {
                (double sine, double cosine) = Math.SinCos(2 * Math.PI * (j * k % length) / length);
                real += values[j] * cosine;
                imaginary -= values[j] * sine;
            }

            powers[k].ShouldBe((real * real) + (imaginary * imaginary), 1e-5, $"frequency {k}");
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 2)]
    [InlineData(1_000_000, 5)]
    [InlineData(1_000_008, 43)]
    [InlineData(1_000_016, 62_501)]
    [InlineData(1_000_003, 1_000_003)]
    public void LargestPrimeFactor_IsFound(int number, int factor) => FourierTransform.LargestPrimeFactor(number).ShouldBe(factor);

    [Fact]
    public void MatrixRank_KnownMatrices_HaveTheirRank()
    {
        byte[] identity = new byte[128];
        for (int i = 0; i < 32; i++)
        {
            Samples.SetBit(identity, (32 * i) + i);
        }

        byte[] twoEqualRows = [.. identity];
        identity.AsSpan(0, 4).CopyTo(twoEqualRows.AsSpan(4));
        MatrixRankTest.CountRanks(new BitSequence(identity)).ShouldBe([1, 0, 0]);
        MatrixRankTest.CountRanks(new BitSequence(twoEqualRows)).ShouldBe([0, 1, 0]);
        MatrixRankTest.CountRanks(new BitSequence(new byte[128])).ShouldBe([0, 0, 1]);
    }

    private static int ComplexityBitByBit(int[] bits)
    {
        int[] c = new int[bits.Length + 1];
        int[] b = new int[bits.Length + 1];
        c[0] = b[0] = 1;
        int complexity = 0;
        int changed = -1;
        for (int n = 0; n < bits.Length; n++)
        {
            int difference = bits[n];
            for (int i = 1; i <= complexity; i++)
            {
                difference ^= c[i] & bits[n - i];
            }

            if (difference == 0)
            {
                continue;
            }

            int[] before = [.. c];
            for (int i = 0; i + n - changed <= bits.Length; i++)
            {
                c[i + n - changed] ^= b[i];
            }

            if (2 * complexity <= n)
            {
                complexity = n + 1 - complexity;
                changed = n;
                b = before;
            }
        }

        return complexity;
    }
}
