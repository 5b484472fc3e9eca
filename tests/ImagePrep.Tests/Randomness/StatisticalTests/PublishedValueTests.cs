using System.Security.Cryptography;
using ImagePrep.Randomness.Statistics;
using ImagePrep.Randomness.StatisticalTests;

namespace ImagePrep.Tests.Randomness.StatisticalTests;

/// <summary>P-values that SP 800-22 rev 1a publishes for a million bits of known constants (appendix B), to its six digits.</summary>
public sealed class PublishedValueTests
{
    private const double Rounding = 6e-7;

    [Theory]
    [InlineData("pi", "e31af8c522997478")]
    [InlineData("e", "7ae61691f949a9a9")]
    [InlineData("sqrt2", "5de671f07b9fefe7")]
    [InlineData("sqrt3", "4c75e3c54dd821f7")]
    public void Constants_Computed_AreTheKnownBits(string name, string digest) =>
        Convert.ToHexStringLower(SHA256.HashData(KnownConstants.BytesOf(name))).ShouldStartWith(digest);

    [Theory]
    [InlineData("pi", 0.578211)]
    [InlineData("e", 0.953749)]
    [InlineData("sqrt2", 0.811881)]
    [InlineData("sqrt3", 0.610051)]
    public void Frequency_Constant_IsThePublishedValue(string name, double expected) =>
        FrequencyTest.Evaluate(KnownConstants.Of(name)).PValue.ShouldBe(expected, Rounding);

    [Theory]
    [InlineData("pi", 0.380615)]
    [InlineData("e", 0.211072)]
    [InlineData("sqrt2", 0.833222)]
    [InlineData("sqrt3", 0.473961)]
    public void BlockFrequency_Constant_IsThePublishedValue(string name, double expected) =>
        BlockFrequencyTest.Evaluate(KnownConstants.Of(name), 128).PValue.ShouldBe(expected, Rounding);

    [Theory]
    [InlineData("pi", 0.419268)]
    [InlineData("e", 0.561917)]
    [InlineData("sqrt2", 0.313427)]
    [InlineData("sqrt3", 0.261123)]
    public void TotalRuns_Constant_IsThePublishedValue(string name, double expected) =>
        TotalRunsTest.Evaluate(KnownConstants.Of(name)).PValue.ShouldBe(expected, Rounding);

    [Theory]
    [InlineData("pi", 0.024390)]
    [InlineData("e", 0.718945)]
    [InlineData("sqrt2", 0.012117)]
    [InlineData("sqrt3", 0.446726)]
    public void LongestRun_Constant_IsThePublishedValue(string name, double expected) =>
        LongestRunTest.Evaluate(KnownConstants.Of(name)).PValue.ShouldBe(expected, Rounding);

    [Theory]
    [InlineData("pi", 0.628308, 0.663369)]
    [InlineData("e", 0.669887, 0.724266)]
    [InlineData("sqrt2", 0.879009, 0.957206)]
    [InlineData("sqrt3", 0.917121, 0.689519)]
    public void CumulativeSums_Constant_AreThePublishedValues(string name, double forward, double backward)
    {
        // The published values for e are off by one in the last digit.
        double tolerance = name == "e" ? 1.6e-6 : Rounding;
        (TestStatistic first, TestStatistic second) = CumulativeSumsTest.Evaluate(KnownConstants.Of(name));
        first.PValue.ShouldBe(forward, tolerance);
        second.PValue.ShouldBe(backward, tolerance);
    }

    [Theory]
    [InlineData("pi", 0.083553)]
    [InlineData("e", 0.306156)]
    [InlineData("sqrt2", 0.823810)]
    [InlineData("sqrt3", 0.314498)]
    public void MatrixRank_Constant_IsThePublishedValue(string name, double expected) =>
        MatrixRankTest.Evaluate(KnownConstants.Of(name)).PValue.ShouldBe(expected, Rounding);

    [Theory]
    [InlineData("pi", 0.010186)]
    [InlineData("e", 0.847187)]
    [InlineData("sqrt2", 0.581909)]
    [InlineData("sqrt3", 0.776046)]
    public void Spectral_Constant_IsThePublishedValue(string name, double expected) =>
        SpectralTest.Evaluate(KnownConstants.Of(name)).PValue.ShouldBe(expected, Rounding);

    [Theory]
    [InlineData("pi", 0.669012)]
    [InlineData("e", 0.282568)]
    [InlineData("sqrt2", 0.130805)]
    [InlineData("sqrt3", 0.165981)]
    public void Universal_Constant_IsThePublishedValue(string name, double expected) =>
        UniversalTest.Evaluate(KnownConstants.Of(name)).PValue.ShouldBe(expected, Rounding);

    [Theory]
    [InlineData("pi", 0.361595)]
    [InlineData("e", 0.700073)]
    [InlineData("sqrt2", 0.884740)]
    [InlineData("sqrt3", 0.180481)]
    public void ApproximateEntropy_Constant_IsThePublishedValue(string name, double expected) =>
        ApproximateEntropyTest.Evaluate(KnownConstants.Of(name), 10).PValue.ShouldBe(expected, Rounding);

    [Theory]
    [InlineData("pi", 0.143005)]
    [InlineData("e", 0.766182)]
    [InlineData("sqrt2", 0.861925)]
    [InlineData("sqrt3", 0.157500)]
    public void Serial_Constant_IsThePublishedValue(string name, double expected) =>
        SerialTest.Evaluate(KnownConstants.Of(name), 16).First.PValue.ShouldBe(expected, Rounding);

    [Theory]
    [InlineData("pi", 0.255475)]
    [InlineData("e", 0.826335)]
    [InlineData("sqrt2", 0.317127)]
    [InlineData("sqrt3", 0.346469)]
    public void LinearComplexity_Constant_IsThePublishedValueForTheOlderProbabilities(string name, double expected)
    {
        int[] classes = LinearComplexityTest.CountClasses(KnownConstants.Of(name), 500);
        SpecialFunctions.GammaQ(3, ChiSquare.Of(classes, OlderProbabilities) / 2).ShouldBe(expected, Rounding);

        // With the publication's present probability of the first class, 1/96, it is a little different.
        LinearComplexityTest.Evaluate(KnownConstants.Of(name)).PValue.ShouldBe(expected, 0.01);
    }

    [Fact]
    public void LinearComplexity_ExampleOfE_IsThePublishedOne()
    {
        // §2.10.8: M = 1000.
        int[] classes = LinearComplexityTest.CountClasses(KnownConstants.Of("e"), 1000);
        classes.ShouldBe([11, 31, 116, 501, 258, 57, 26]);
        double chiSquare = ChiSquare.Of(classes, OlderProbabilities);
        chiSquare.ShouldBe(2.700348, Rounding);
        SpecialFunctions.GammaQ(3, chiSquare / 2).ShouldBe(0.845406, Rounding);
    }

    [Fact]
    public void MatrixRank_ExampleOfE_IsThePublishedOne()
    {
        // §2.5.8: 100,000 bits.
        BitSequence bits = new(KnownConstants.BytesOf("e"), 100_000);
        int[] ranks = MatrixRankTest.CountRanks(bits);
        ranks.ShouldBe([23, 60, 14]);
        MatrixRankTest.Evaluate(bits).Value.ShouldBe(1.2619656, 1e-7);
        MatrixRankTest.Evaluate(bits).PValue.ShouldBe(0.532069, Rounding);
    }

    [Fact]
    public void Serial_ExampleOfE_IsThePublishedOne()
    {
        // §2.11.8: m = 2.
        (TestStatistic first, TestStatistic second) = SerialTest.Evaluate(KnownConstants.Of("e"), 2);
        first.Value.ShouldBe(0.339764, Rounding);
        second.Value.ShouldBe(0.336400, Rounding);
        first.PValue.ShouldBe(0.843764, Rounding);
        second.PValue.ShouldBe(0.561915, Rounding);
    }

    private static double[] OlderProbabilities => [0.01047, 0.03125, 0.125, 0.5, 0.25, 0.0625, 0.020833];
}
