using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Tests.Randomness.Statistics;

public sealed class SpecialFunctionTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.1, 0.8875370839817151)]
    [InlineData(0.5, 0.4795001221869535)]
    [InlineData(1, 0.15729920705028513)]
    [InlineData(2, 0.004677734981047266)]
    [InlineData(3, 2.2090496998585441e-5)]
    [InlineData(5, 1.5374597944280349e-12)]
    [InlineData(10, 2.0884875837625448e-45)]
    [InlineData(-1, 1.8427007929497149)]
    public void Erfc_KnownArguments_GivesTheKnownValue(double x, double expected) => SpecialFunctions.Erfc(x).ShouldBe(expected, expected * 2e-14);

    [Fact]
    public void NormalCdf_KnownArguments_GivesTheKnownValue()
    {
        SpecialFunctions.NormalCdf(0).ShouldBe(0.5);
        SpecialFunctions.NormalCdf(1.959963984540054).ShouldBe(0.975, 1e-14);
        SpecialFunctions.NormalCdf(-1.959963984540054).ShouldBe(0.025, 1e-14);
        SpecialFunctions.NormalCdf(-8).ShouldBe(6.22096057427178e-16, 1e-28);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(40)]
    [InlineData(512)]
    [InlineData(16_384)]
    public void GammaQ_WholeA_IsThePoissonSum(int a)
    {
        // Q(a, x) = P(a Poisson count with mean x is below a), summed down from its largest term.
        foreach (double deviation in (double[])[-5, -1, -0.01, 0, 0.3, 2, 6])
        {
            double x = a + (deviation * Math.Sqrt(a));
            if (x <= 0)
            {
                continue;
            }

            double expected = PoissonBelow(a, x);
            SpecialFunctions.GammaQ(a, x).ShouldBe(expected, expected * 1e-11, $"x {x}");
        }
    }

    [Fact]
    public void GammaQ_Ends_AreOneAndZero()
    {
        SpecialFunctions.GammaQ(3, 0).ShouldBe(1);
        SpecialFunctions.GammaQ(3, double.PositiveInfinity).ShouldBe(0);
        SpecialFunctions.GammaQ(3, 5_000).ShouldBe(0);
        Should.Throw<ArgumentOutOfRangeException>(() => SpecialFunctions.GammaQ(0, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => SpecialFunctions.GammaQ(1, -1));
    }

    [Fact]
    public void LogGamma_Factorials_AreTheirLogarithms()
    {
        double sum = 0;
        for (int n = 1; n <= 170; n++)
        {
            SpecialFunctions.LogGamma(n).ShouldBe(sum, 1e-12 * Math.Max(1, sum), $"Γ({n})");
            sum += Math.Log(n);
        }

        SpecialFunctions.LogGamma(0.5).ShouldBe(Math.Log(Math.PI) / 2, 1e-14);
    }

    private static double PoissonBelow(int a, double x)
    {
        // In units of the term at a − 1; that term itself through the sum of the logarithms of its factors.
        double logarithm = -x;
        double compensation = 0;
        for (int k = 1; k < a; k++)
        {
            double step = Math.Log(x / k) - compensation;
            double next = logarithm + step;
            compensation = next - logarithm - step;
            logarithm = next;
        }

        double term = 1;
        double sum = 0;
        for (int k = a - 1; k >= 0 && term > sum * 1e-18; k--)
        {
            sum += term;
            term *= k / x;
        }

        return sum * Math.Exp(logarithm);
    }
}
