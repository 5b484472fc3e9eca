using System.Numerics;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Tests.Randomness.Statistics;

public sealed class BinomialTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(300)]
    [InlineData(1000)]
    public void UpperTail_FairCoin_EqualsExactIntegers(int n)
    {
        // Sum of binomial coefficients in integers; scaled to 2^60 before it becomes a double.
        BigInteger coefficient = BigInteger.One;
        BigInteger tail = BigInteger.Zero;
        for (int k = n; k >= 0; k--)
        {
            tail += coefficient;
            coefficient = coefficient * k / (n - k + 1);
            double expected = (double)(tail * BigInteger.Pow(2, 200) / BigInteger.Pow(2, n)) / Math.Pow(2, 200);
            double actual = Binomial.UpperTail(n, 0.5, k);
            if (expected > 1e-40)
            {
                actual.ShouldBe(expected, expected * 1e-9, $"n {n}, k {k}");
            }
        }
    }

    [Fact]
    public void UpperTail_UnfairCoin_EqualsTheSumOfItsTerms()
    {
        // P(X >= 2) of 3 trials at 0.1: 3 · 0.01 · 0.9 + 0.001.
        Binomial.UpperTail(3, 0.1, 2).ShouldBe(0.028, 1e-12);
        Binomial.UpperTail(3, 0.9, 2).ShouldBe(0.972, 1e-12);
        Binomial.UpperTail(3, 0.9, 0).ShouldBe(1);
        Binomial.UpperTail(3, 0.9, 4).ShouldBe(0);
    }

    [Fact]
    public void AlarmAt_AnyAlpha_IsTheFirstValueBelowIt()
    {
        foreach (double alpha in new[] { 1e-2, 1e-6, 1e-12 })
        {
            long k = Binomial.AlarmAt(4096, 0.5, alpha);
            Binomial.UpperTail(4096, 0.5, k).ShouldBeLessThanOrEqualTo(alpha);
            Binomial.UpperTail(4096, 0.5, k - 1).ShouldBeGreaterThan(alpha);
        }
    }
}
