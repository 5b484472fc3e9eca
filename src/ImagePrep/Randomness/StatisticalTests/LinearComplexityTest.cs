using System.Collections.Immutable;
using System.Numerics;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Linear complexity test, SP 800-22 rev 1a §2.10: the shortest shift register that makes each block of M bits.</summary>
/// <remarks>
/// The mean is M/2 + (9 + (−1)^(M+1))/36 − (M/3 + 2/9)/2^M as §2.10.4 writes it (the publication's program has the other sign, which changes no class for even M).
/// §2.10.4 gives the first class the probability 0.010417, that is 1/96; the P-values of the appendix and of the example in §2.10.8 come from the older 0.01047 and so
/// differ by up to 0.01 from what is computed here.
/// </remarks>
public static class LinearComplexityTest
{
    public const string Clause = "SP 800-22 §2.10";

    /// <summary>§2.10.7.</summary>
    public const int MinimumBits = 1_000_000;

    public const int DefaultBlockBits = 500;

    private const int MaxBlockBits = 5000;

    private static readonly ImmutableArray<double> Probabilities = [1 / 96.0, 1 / 32.0, 1 / 8.0, 1 / 2.0, 1 / 4.0, 1 / 16.0, 1 / 48.0];

    /// <summary>The statistic is chi-square with six degrees of freedom.</summary>
    /// <param name="bits">The sequence.</param>
    /// <param name="blockBits">M; §2.10.7 wants 500 to 5,000.</param>
    public static TestStatistic Evaluate(BitSequence bits, int blockBits = DefaultBlockBits)
    {
        double chiSquare = ChiSquare.Of(CountClasses(bits, blockBits), Probabilities.AsSpan());
        return new TestStatistic(chiSquare, SpecialFunctions.GammaQ((Probabilities.Length - 1) / 2.0, chiSquare / 2));
    }

    /// <summary>Number of blocks by T = (−1)^M (L − mean) + 2/9: at most −2.5, −1.5, … 2.5, and more.</summary>
    internal static int[] CountClasses(BitSequence bits, int blockBits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockBits, Math.Min(MaxBlockBits, bits.Length));
        int sign = blockBits % 2 == 0 ? 1 : -1;
        double mean = (blockBits / 2.0) + ((9 - sign) / 36.0) - (((blockBits / 3.0) + (2 / 9.0)) / Math.Pow(2, blockBits));
        int[] classes = new int[Probabilities.Length];
        for (int start = 0; start + blockBits <= bits.Length; start += blockBits)
        {
            double t = (sign * (Complexity(bits, start, blockBits) - mean)) + (2 / 9.0);
            classes[(int)Math.Clamp(Math.Ceiling(t + 2.5), 0, classes.Length - 1)]++;
        }

        return classes;
    }

    /// <summary>Linear complexity by the Berlekamp-Massey algorithm, polynomials held 64 coefficients to a word.</summary>
    internal static int Complexity(BitSequence bits, int start, int count)
    {
        // Bit i of each is the coefficient of D^i: of the connection polynomial, of the one before its last change of length (times D for every bit since), and, for
        // the past, of the bit i places back.
        int words = (count / 64) + 1;
        Span<ulong> connection = stackalloc ulong[words];
        Span<ulong> previous = stackalloc ulong[words];
        Span<ulong> past = stackalloc ulong[words];
        Span<ulong> copy = stackalloc ulong[words];
        connection.Clear();
        previous.Clear();
        past.Clear();
        connection[0] = 1;
        previous[0] = 1;
        int complexity = 0;
        ulong source = 0;
        for (int n = 0; n < count; n++)
        {
            source = n % 64 == 0 ? bits.Word(start + n) : source << 1;
            ulong carry = source >> 63;
            ulong carryOfPrevious = 0;
            ulong difference = 0;
            for (int i = 0; i < words; i++)
            {
                ulong shifted = (past[i] << 1) | carry;
                carry = past[i] >> 63;
                past[i] = shifted;
                difference ^= shifted & connection[i];
                ulong moved = (previous[i] << 1) | carryOfPrevious;
                carryOfPrevious = previous[i] >> 63;
                previous[i] = moved;
            }

            if ((BitOperations.PopCount(difference) & 1) == 0)
            {
                continue;
            }

            bool longer = 2 * complexity <= n;
            if (longer)
            {
                connection.CopyTo(copy);
                complexity = n + 1 - complexity;
            }

            for (int i = 0; i < words; i++)
            {
                connection[i] ^= previous[i];
            }

            if (longer)
            {
                copy.CopyTo(previous);
            }
        }

        return complexity;
    }
}
