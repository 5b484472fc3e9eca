using ImagePrep.Randomness.HealthTests;

namespace ImagePrep.Tests.Randomness.HealthTests;

public sealed class HealthTestCutoffsTests
{
    [Theory]
    [InlineData(0.5, 41, 61, 81)] // H = 0.5, α = 2^-20 is the repetition count of Go's jitter source.
    [InlineData(1, 21, 31, 41)]
    [InlineData(4, 6, 9, 11)]
    [InlineData(8, 4, 5, 6)]
    public void RepetitionCount_PublishedEntropies_AreTheKnown(double entropy, long at20, long at30, long at40)
    {
        HealthTestCutoffs.RepetitionCount(entropy, 20).ShouldBe(at20);
        HealthTestCutoffs.RepetitionCount(entropy, 30).ShouldBe(at30);
        HealthTestCutoffs.RepetitionCount(entropy, 40).ShouldBe(at40);
    }

    [Theory]
    [InlineData(0.5, 1024, 793, 810, 824)]
    [InlineData(0.5, 512, 410, 422, 432)] // Go's jitter source: 410.
    [InlineData(1, 1024, 589, 609, 625)]
    [InlineData(1, 512, 311, 325, 336)]
    [InlineData(4, 512, 62, 71, 78)]
    [InlineData(8, 512, 13, 16, 19)] // Nordic's nRF54 documentation: 13.
    public void AdaptiveProportion_PublishedEntropies_AreTheKnown(double entropy, int window, int at20, int at30, int at40)
    {
        HealthTestCutoffs.AdaptiveProportion(entropy, window, 20).ShouldBe(at20);
        HealthTestCutoffs.AdaptiveProportion(entropy, window, 30).ShouldBe(at30);
        HealthTestCutoffs.AdaptiveProportion(entropy, window, 40).ShouldBe(at40);
    }

    [Fact]
    public void AdaptiveProportion_AlmostNoEntropy_CannotAlarm()
    {
        HealthTestCutoffs.AdaptiveProportion(0.001, 1024, 20).ShouldBe(1025);
        HealthTestCutoffs.AdaptiveProportion(1e-18, 1024, 20).ShouldBe(1025);
        HealthTestCutoffs.RepetitionCount(0.001, 20).ShouldBe(20_001);
        HealthTestCutoffs.RepetitionCount(1e-300, 20).ShouldBe(long.MaxValue);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Cutoffs_NoEntropy_AreRefused(double entropy)
    {
        Should.Throw<ArgumentOutOfRangeException>(() => HealthTestCutoffs.RepetitionCount(entropy, 20));
        Should.Throw<ArgumentOutOfRangeException>(() => HealthTestCutoffs.AdaptiveProportion(entropy, 512, 20));
    }

    [Fact]
    public void Window_TwoValues_IsTheLongOne()
    {
        HealthTestCutoffs.Window(2).ShouldBe(1024);
        HealthTestCutoffs.Window(3).ShouldBe(512);
    }
}
