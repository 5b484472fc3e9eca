using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Fleet;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Tests.Randomness.Fleet;

public sealed class BinomialBoundsTests
{
    [Theory]
    [InlineData(100, 0.5, 1e-2)]
    [InlineData(100, 0.0625, 1e-3)]
    [InlineData(3_277, 0.0625, 1e-6)]
    [InlineData(12, 0.5, 1e-6)]
    public void TwoSided_AnyRate_IsTheWidestThatMeetsIt(int n, double p, double alpha)
    {
        Bounds bounds = BinomialBounds.TwoSided(n, p, alpha);

        double below = Enumerable.Range(0, (int)Math.Max(bounds.Low, 0)).Sum(k => Binomial.Probability(n, p, k));
        double above = Binomial.UpperTail(n, p, bounds.High + 1);
        below.ShouldBeLessThanOrEqualTo(alpha / 2);
        above.ShouldBeLessThanOrEqualTo(alpha / 2);
        (below + Binomial.Probability(n, p, bounds.Low)).ShouldBeGreaterThan(alpha / 2);
        (above + Binomial.Probability(n, p, bounds.High)).ShouldBeGreaterThan(alpha / 2);
        bounds.Contains(bounds.Low).ShouldBeTrue();
        bounds.Contains(bounds.High).ShouldBeTrue();
        bounds.Contains(bounds.Low - 1).ShouldBeFalse();
        bounds.Contains(bounds.High + 1).ShouldBeFalse();
    }

    [Fact]
    public void TwoSided_OnesOfABlock_AreTheLimitsOfTheStandard()
    {
        // FIPS 140-2 asks for 1e-4 on both sides together.
        Bounds bounds = BinomialBounds.TwoSided(20_000, 0.5, 1e-4);
        bounds.ShouldBe(new Bounds(9_725, 10_275));
    }
}
