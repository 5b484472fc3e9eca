namespace ImagePrep.Randomness.Statistics;

/// <summary>
/// The functions that P-values are made of, to a relative 1e-12 or better in the tails that matter. Own code: a library for three functions would be
/// larger than everything that uses them.
/// </summary>
internal static class SpecialFunctions
{
    private const double SmallestTerm = 1e-17;

    /// <summary>Complementary error function, erfc(x) = 2/√π ∫ₓ^∞ exp(−t²) dt.</summary>
    public static double Erfc(double x) => x < 0 ? 2 - Erfc(-x) : GammaQ(0.5, x * x);

    /// <summary>Standard normal distribution, Φ(x) = P(Z ≤ x).</summary>
    public static double NormalCdf(double x) => 0.5 * Erfc(-x / Math.Sqrt(2));

    /// <summary>
    /// Regularised upper incomplete gamma function Q(a, x) = Γ(a, x)/Γ(a), the publication's igamc. P(χ² ≥ c) with k degrees of freedom is Q(k/2, c/2).
    /// </summary>
    /// <param name="a">Above 0.</param>
    /// <param name="x">From 0.</param>
    public static double GammaQ(double a, double x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(a);
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        if (x == 0)
        {
            return 1;
        }

        if (double.IsPositiveInfinity(x))
        {
            return 0;
        }

        // The series for the lower part converges fast below a + 1, the continued fraction for the upper part above.
        return x < a + 1 ? 1 - (Kernel(a, x) * LowerSeries(a, x)) : Kernel(a, x) * UpperFraction(a, x);
    }

    /// <summary>ln Γ(x) for x above 0: shifted to where Stirling's series is exact to doubles.</summary>
    public static double LogGamma(double x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(x);
        double shift = 1;
        double large = x;
        while (large < 15)
        {
            shift *= large++;
        }

        return ((large - 0.5) * Math.Log(large)) - large + (0.5 * Math.Log(2 * Math.PI)) + StirlingRest(large) - Math.Log(shift);
    }

    /// <summary>xᵃ e⁻ˣ / Γ(a).</summary>
    /// <remarks>For large a the three factors are huge and cancel: a·ln(x/a) − (x − a) is small, and is computed as such, or six digits would be lost.</remarks>
    private static double Kernel(double a, double x)
    {
        if (a < 15)
        {
            return Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        }

        double difference = (x - a) / a;
        return Math.Sqrt(a / (2 * Math.PI)) * Math.Exp((a * LogOnePlusMinus(difference)) - StirlingRest(a));
    }

    /// <summary>ln(1 + u) − u without the cancellation near 0.</summary>
    private static double LogOnePlusMinus(double u)
    {
        if (Math.Abs(u) > 0.1)
        {
            return Math.Log(1 + u) - u;
        }

        double sum = 0;
        double power = -u;
        for (int k = 2; ; k++)
        {
            power *= -u;
            double term = -power / k;
            sum += term;
            if (Math.Abs(term) <= Math.Abs(sum) * SmallestTerm)
            {
                return sum;
            }
        }
    }

    /// <summary>What Stirling's formula for ln Γ leaves out; exact to doubles from 15 on.</summary>
    private static double StirlingRest(double x)
    {
        double square = x * x;
        return ((1 / 12.0) - (((1 / 360.0) - (((1 / 1260.0) - (((1 / 1680.0) - (1 / 1188.0 / square)) / square)) / square)) / square)) / x;
    }

    /// <summary>γ(a, x) / (xᵃ e⁻ˣ) = Σ xⁿ / (a (a+1) … (a+n)).</summary>
    private static double LowerSeries(double a, double x)
    {
        double term = 1 / a;
        double sum = term;
        for (double n = a + 1; term > sum * SmallestTerm; n++)
        {
            term *= x / n;
            sum += term;
        }

        return sum;
    }

    /// <summary>Γ(a, x) / (xᵃ e⁻ˣ) as a continued fraction, evaluated from the front (Lentz's method).</summary>
    private static double UpperFraction(double a, double x)
    {
        double b = x + 1 - a;
        double c = double.PositiveInfinity;
        double d = 1 / b;
        double value = d;
        for (int i = 1; ; i++)
        {
            double numerator = -i * (i - a);
            b += 2;
            d = 1 / ((numerator * d) + b);
            c = b + (numerator / c);
            double change = d * c;
            value *= change;
            if (Math.Abs(change - 1) <= 1e-15)
            {
                return value;
            }
        }
    }
}
