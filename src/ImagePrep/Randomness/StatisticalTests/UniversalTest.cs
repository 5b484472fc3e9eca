using System.Collections.Immutable;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Maurer's universal statistical test, SP 800-22 rev 1a §2.9: how far back each block of L bits was seen last. Finds what can be compressed.</summary>
/// <remarks>
/// σ is c · √(variance/K) as in §2.9.4 step 5. The small example there (L = 2, P = 0.767189) takes √variance alone.
/// </remarks>
public static class UniversalTest
{
    public const string Clause = "SP 800-22 §2.9";

    /// <summary>§2.9.7: where its table begins, with blocks of 6 bits.</summary>
    public const int MinimumBits = 387_840;

    private const int ShortestTabled = 6;

    /// <summary>§2.9.7: from so many bits on, blocks have 6, 7, … 16 bits.</summary>
    private static readonly ImmutableArray<int> FromBits =
        [MinimumBits, 904_960, 2_068_480, 4_654_080, 10_342_400, 22_753_280, 49_643_520, 107_560_960, 231_669_760, 496_435_200, 1_059_061_760];

    /// <summary>§2.9.4: expected value and variance for blocks of 1, 2, … 16 bits.</summary>
    private static readonly ImmutableArray<(double Mean, double Variance)> Expected =
    [
        (0.7326495, 0.690), (1.5374383, 1.338), (2.4016068, 1.901), (3.3112247, 2.358),
        (4.2534266, 2.705), (5.2177052, 2.954), (6.1962507, 3.125), (7.1836656, 3.238),
        (8.1764248, 3.311), (9.1723243, 3.356), (10.170032, 3.384), (11.168765, 3.401),
        (12.168070, 3.410), (13.167693, 3.416), (14.167488, 3.419), (15.167379, 3.421),
    ];

    /// <summary>The statistic is the mean of the logarithms of the distances. L is the clause's for the length, Q = 10 · 2^L.</summary>
    /// <exception cref="ArgumentException">Fewer than <see cref="MinimumBits"/>.</exception>
    public static TestStatistic Evaluate(BitSequence bits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentOutOfRangeException.ThrowIfLessThan(bits.Length, MinimumBits, nameof(bits));
        int blockBits = ShortestTabled - 1 + FromBits.Count(from => bits.Length >= from);
        return Evaluate(bits, blockBits, 10 << blockBits);
    }

    /// <param name="bits">The sequence.</param>
    /// <param name="blockBits">L, 1 to 16.</param>
    /// <param name="initialBlocks">Q: blocks that only fill the table.</param>
    public static TestStatistic Evaluate(BitSequence bits, int blockBits, int initialBlocks)
    {
        double statistic = MeanOfLogarithms(bits, blockBits, initialBlocks, out int blocks);
        (double mean, double variance) = Expected[blockBits - 1];
        double c = 0.7 - (0.8 / blockBits) + ((4 + (32.0 / blockBits)) * Math.Pow(blocks, -3.0 / blockBits) / 15);
        double sigma = c * Math.Sqrt(variance / blocks);
        return new TestStatistic(statistic, SpecialFunctions.Erfc(Math.Abs(statistic - mean) / (Math.Sqrt(2) * sigma)));
    }

    internal static double MeanOfLogarithms(BitSequence bits, int blockBits, int initialBlocks, out int blocks)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockBits, Expected.Length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(initialBlocks);
        int all = bits.Length / blockBits;
        blocks = all - initialBlocks;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blocks, nameof(bits));

        // Blocks are numbered from 1; one never seen before counts from 0.
        int[] last = new int[1 << blockBits];
        double sum = 0;
        for (int block = 1; block <= all; block++)
        {
            ref int seen = ref last[bits.Number((block - 1) * blockBits, blockBits)];
            sum += block > initialBlocks ? Math.Log2(block - seen) : 0;
            seen = block;
        }

        return sum / blocks;
    }
}
