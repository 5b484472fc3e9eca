using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>Frequency test within a block, SP 800-22 rev 1a §2.2: the share of ones in each of N blocks of M bits. A rest shorter than a block is not used.</summary>
/// <remarks>
/// §2.2.7 recommends blocks longer than a hundredth of the sequence and fewer than a hundred of them; the publication's own results in its appendix, and its
/// program by default, use 128 bits at any length. So does this.
/// </remarks>
public static class BlockFrequencyTest
{
    public const string Clause = "SP 800-22 §2.2";

    /// <summary>§2.2.7.</summary>
    public const int MinimumBits = 100;

    public const int DefaultBlockBits = 128;

    /// <summary>The statistic is 4M · Σ(share − ½)², chi-square with N degrees of freedom.</summary>
    public static TestStatistic Evaluate(BitSequence bits, int blockBits = DefaultBlockBits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockBits, bits.Length);
        int blocks = bits.Length / blockBits;

        // With d = ones − M/2 the sum is 4/M · Σd². Doubled, d is a whole number.
        long sum = 0;
        for (int block = 0; block < blocks; block++)
        {
            long twice = (2L * bits.OnesIn(block * blockBits, blockBits)) - blockBits;
            sum += twice * twice;
        }

        double chiSquare = sum / (double)blockBits;
        return new TestStatistic(chiSquare, SpecialFunctions.GammaQ(blocks / 2.0, chiSquare / 2));
    }
}
