using ImagePrep.Randomness.StatisticalTests;

namespace ImagePrep.Tests.Randomness.StatisticalTests;

/// <summary>The worked examples of SP 800-22 rev 1a, §2.x.4 and §2.x.8.</summary>
public sealed class WorkedExampleTests
{
    private const double Rounding = 6e-7;

    /// <summary>The hundred bits of §2.1.8 and others: π.</summary>
    private const string HundredBits =
        "1100100100001111110110101010001000100001011010001100001000110100110001001100011001100010100010111000";

    private const string HundredAndTwentyEightBits =
        "11001100000101010110110001001100111000000000001001001101010100010001001111010110100000001101011111001100111001101101100010110010";

    [Theory]
    [InlineData("1011010101", 0.632455532, 0.527089)]
    [InlineData(HundredBits, 1.6, 0.109599)]
    public void Frequency(string bits, double statistic, double pValue) => Agrees(FrequencyTest.Evaluate(Bits(bits)), statistic, pValue);

    [Theory]
    [InlineData("0110011010", 3, 1, 0.801252)]
    [InlineData(HundredBits, 10, 7.2, 0.706438)]
    public void BlockFrequency(string bits, int blockBits, double statistic, double pValue) =>
        Agrees(BlockFrequencyTest.Evaluate(Bits(bits), blockBits), statistic, pValue);

    [Theory]
    [InlineData("1001101011", 7, 0.147232)]
    [InlineData(HundredBits, 52, 0.500798)]
    public void TotalRuns(string bits, double statistic, double pValue) => Agrees(TotalRunsTest.Evaluate(Bits(bits)), statistic, pValue);

    [Fact]
    public void TotalRuns_TooManyOnes_IsNotApplicable()
    {
        // §2.3.4: 2/√100 = 0.2, so a share of ones of 0.7 is too far from ½ and one of 0.69 is not.
        TotalRunsTest.Evaluate(Bits(new string('1', 70) + new string('0', 30))).ShouldBe(new TestStatistic(2, 0, Applicable: false));
        TotalRunsTest.Evaluate(Bits(new string('1', 69) + new string('0', 31))).Applicable.ShouldBeTrue();
    }

    [Fact]
    public void LongestRun() => Agrees(LongestRunTest.Evaluate(Bits(HundredAndTwentyEightBits)), 4.882605, 0.180609, 2e-5);

    [Theory]
    [InlineData("1001010011", 5, 0.468160)]
    [InlineData(HundredBits, 48, 0.646355)]
    public void Spectral_CorrectTransform_CountsMorePeaksThanPrinted(string bits, int below, double pValue)
    {
        SpectralTest.PeaksBelowThreshold(Bits(bits)).ShouldBe(below);
        SpectralTest.Evaluate(Bits(bits)).PValue.ShouldBe(pValue, Rounding);
    }

    [Fact]
    public void Universal()
    {
        // The printed P-value takes √variance for σ.
        UniversalTest.MeanOfLogarithms(Bits("01011010011101010111"), 2, 4, out int blocks).ShouldBe(1.1949875, 1e-7);
        blocks.ShouldBe(6);
    }

    [Fact]
    public void LinearComplexity()
    {
        BitSequence bits = Bits("1101011110001");
        LinearComplexityTest.Complexity(bits, 0, 13).ShouldBe(4);
        LinearComplexityTest.CountClasses(bits, 13).ShouldBe([0, 0, 0, 0, 0, 0, 1]);
    }

    [Fact]
    public void Serial()
    {
        (TestStatistic first, TestStatistic second) = SerialTest.Evaluate(Bits("0011011101"), 3);
        Agrees(first, 1.6, 0.808792);
        Agrees(second, 0.8, 0.670320);
    }

    [Theory]
    [InlineData("0100110101", 3, 10.043859, 0.261961)]
    [InlineData(HundredBits, 2, 5.550792, 0.235301)]
    public void ApproximateEntropy(string bits, int patternBits, double statistic, double pValue) =>
        Agrees(ApproximateEntropyTest.Evaluate(Bits(bits), patternBits), statistic, pValue);

    [Fact]
    public void CumulativeSums()
    {
        Agrees(CumulativeSumsTest.Evaluate(Bits("1011010111")).Forward, 4, 0.411659);
        (TestStatistic forward, TestStatistic backward) = CumulativeSumsTest.Evaluate(Bits(HundredBits));
        Agrees(forward, 16, 0.219194);
        Agrees(backward, 19, 0.114866);
    }

    private static void Agrees(TestStatistic actual, double statistic, double pValue, double tolerance = Rounding)
    {
        actual.Value.ShouldBe(statistic, Rounding);
        actual.PValue.ShouldBe(pValue, tolerance);
        actual.Applicable.ShouldBeTrue();
    }

    private static BitSequence Bits(string text)
    {
        byte[] bytes = new byte[(text.Length + 7) / 8];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '1')
            {
                Samples.SetBit(bytes, i);
            }
        }

        return new BitSequence(bytes, text.Length);
    }
}
