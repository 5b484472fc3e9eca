using System.Collections.Immutable;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Test for the longest run of ones in a block, SP 800-22 rev 1a §2.4: blocks of M bits sorted by their longest run.</summary>
/// <remarks>
/// Probabilities of the classes are those of §3.4, four digits. The table in §2.4.4 fixes the number of blocks (16, 49 or 75); the results in the appendix, and the
/// publication's program, use every whole block of the sequence. So does this.
/// </remarks>
public static class LongestRunTest
{
    public const string Clause = "SP 800-22 §2.4";

    /// <summary>§2.4.7: the table of §2.4.2 begins there.</summary>
    public const int MinimumBits = 128;

    /// <summary>Block length, the longest run of the first class, and the probabilities of the classes, each one bit longer than the one before.</summary>
    private static readonly ImmutableArray<(int FromBits, int BlockBits, int First, ImmutableArray<double> Probabilities)> Tables =
    [
        (750_000, 10_000, 10, [0.0882, 0.2092, 0.2483, 0.1933, 0.1208, 0.0675, 0.0727]),
        (6_272, 128, 4, [0.1174, 0.2430, 0.2493, 0.1752, 0.1027, 0.1124]),
        (MinimumBits, 8, 1, [0.2148, 0.3672, 0.2305, 0.1875]),
    ];

    /// <summary>The statistic is chi-square with one degree of freedom less than there are classes.</summary>
    /// <exception cref="ArgumentException">Fewer than <see cref="MinimumBits"/>: there is no table for that.</exception>
    public static TestStatistic Evaluate(BitSequence bits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentOutOfRangeException.ThrowIfLessThan(bits.Length, MinimumBits, nameof(bits));
        (_, int blockBits, int first, ImmutableArray<double> probabilities) = Tables.First(table => bits.Length >= table.FromBits);
        int[] classes = new int[probabilities.Length];
        int blocks = bits.Length / blockBits;
        for (int block = 0; block < blocks; block++)
        {
            int longest = LongestRun(bits, block * blockBits, blockBits);
            classes[Math.Clamp(longest - first, 0, classes.Length - 1)]++;
        }

        double chiSquare = ChiSquare.Of(classes, probabilities.AsSpan());
        return new TestStatistic(chiSquare, SpecialFunctions.GammaQ((classes.Length - 1) / 2.0, chiSquare / 2));
    }

    /// <summary>How often one can be taken off the end of every run until none is left.</summary>
    private static int LongestRun(BitSequence bits, int start, int count)
    {
        Span<ulong> words = stackalloc ulong[((count - 1) / 64) + 1];
        for (int i = 0; i < words.Length; i++)
        {
            int left = count - (64 * i);
            words[i] = left >= 64 ? bits.Word(start + (64 * i)) : bits.Number(start + (64 * i), left) << (64 - left);
        }

        int longest = 0;
        while (true)
        {
            ulong any = 0;
            for (int i = 0; i < words.Length; i++)
            {
                any |= words[i];
                ulong next = i + 1 < words.Length ? words[i + 1] >> 63 : 0;
                words[i] &= (words[i] << 1) | next;
            }

            if (any == 0)
            {
                return longest;
            }

            longest++;
        }
    }
}
