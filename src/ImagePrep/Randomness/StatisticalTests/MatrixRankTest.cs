using System.Numerics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Binary matrix rank test, SP 800-22 rev 1a §2.5: ranks of 32 × 32 matrices cut from the sequence, row after row. Finds linear dependence.</summary>
/// <remarks>
/// §2.5.4 gives the probabilities of the ranks 32, 31 and less with four digits (0.2888, 0.5776, 0.1336); its worked example and the results in the appendix
/// come from the full products of §3.5, which are used here.
/// </remarks>
public static class MatrixRankTest
{
    public const string Clause = "SP 800-22 §2.5";

    /// <summary>§2.5.7: 38 matrices.</summary>
    public const int MinimumBits = 38 * Size * Size;

    private const int Size = 32;

    private static readonly double FullRank = ProbabilityOfRank(Size);
    private static readonly double OneLess = ProbabilityOfRank(Size - 1);

    /// <summary>The statistic is chi-square with two degrees of freedom.</summary>
    /// <exception cref="ArgumentException">Less than one matrix.</exception>
    public static TestStatistic Evaluate(BitSequence bits)
    {
        double chiSquare = ChiSquare.Of(CountRanks(bits), [FullRank, OneLess, 1 - FullRank - OneLess]);
        return new TestStatistic(chiSquare, Math.Exp(-chiSquare / 2));
    }

    /// <summary>Number of matrices with rank 32, 31 and less.</summary>
    internal static int[] CountRanks(BitSequence bits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentOutOfRangeException.ThrowIfLessThan(bits.Length, Size * Size, nameof(bits));
        int[] counts = new int[3];
        Span<uint> rows = stackalloc uint[Size];
        for (int start = 0; start + (Size * Size) <= bits.Length; start += Size * Size)
        {
            for (int row = 0; row < Size; row++)
            {
                rows[row] = (uint)bits.Number(start + (row * Size), Size);
            }

            counts[Math.Min(Size - Rank(rows), counts.Length - 1)]++;
        }

        return counts;
    }

    private static int Rank(Span<uint> rows)
    {
        int rank = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            uint pivot = rows[i];
            if (pivot == 0)
            {
                continue;
            }

            rank++;
            int column = BitOperations.Log2(pivot);
            for (int j = i + 1; j < rows.Length; j++)
            {
                rows[j] ^= (rows[j] >> column & 1) != 0 ? pivot : 0;
            }
        }

        return rank;
    }

    /// <summary>§3.5: 2^(r(2·32−r)−32²) · Π (1 − 2^(i−32))² / (1 − 2^(i−r)) over i below r.</summary>
    private static double ProbabilityOfRank(int rank)
    {
        double probability = Math.Pow(2, (rank * ((2 * Size) - rank)) - (Size * Size));
        for (int i = 0; i < rank; i++)
        {
            double factor = 1 - Math.Pow(2, i - Size);
            probability *= factor * factor / (1 - Math.Pow(2, i - rank));
        }

        return probability;
    }
}
