using ImagePrep.Randomness.Assessment;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Tests.Randomness.Assessment;

public sealed class RestartCutoffTests
{
    /// <summary>α of each of 2,000 rows and columns.</summary>
    private static readonly double Alpha = 1 - Math.Pow(0.99, 1.0 / 2000);

    [Theory]
    [InlineData(8, 19)]
    [InlineData(5, 63)]
    public void For_KnownEntropies_IsWhatTheReferenceSimulates(double entropy, int cutoff) => RestartCutoff.For(entropy).ShouldBe(cutoff);

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.5)]
    [InlineData(0.1)]
    public void For_OneLikelyValue_IsThatOfABinomial(double entropy)
    {
        // Below one bit only one value can be so likely; the other one is rarer.
        long alarm = Binomial.AlarmAt(1000, Math.Pow(2, -entropy), Alpha);

        RestartCutoff.For(entropy).ShouldBe((int)alarm - 1);
    }

    [Fact]
    public void For_OneBit_CountsBothSides()
    {
        // More than the cutoff of one value, or of the other: twice the tail of a fair coin.
        int cutoff = RestartCutoff.For(1);

        (2 * Binomial.UpperTail(1000, 0.5, cutoff + 1)).ShouldBeLessThanOrEqualTo(Alpha);
        (2 * Binomial.UpperTail(1000, 0.5, cutoff)).ShouldBeGreaterThan(Alpha);
    }

    [Fact]
    public void For_NoEntropy_LetsEverythingPass() => RestartCutoff.For(0).ShouldBe(1000);

    [Fact]
    public void For_MoreEntropy_IsNeverHigher()
    {
        int[] cutoffs = [.. Enumerable.Range(0, 33).Select(i => RestartCutoff.For(i / 4.0))];

        cutoffs.ShouldBe(cutoffs.OrderDescending());
    }
}
