namespace ImagePrep.Randomness.Assessment;

/// <summary>The upper end of the confidence interval that all estimators share.</summary>
internal static class Confidence
{
    /// <summary>z for 0.995: the upper end of a two-sided 99 % interval (SP 800-90B §6.3.1 step 2, there rounded to 2.576).</summary>
    public const double Z = 2.5758293035489008;

    /// <summary>min(1, p + z · sqrt(p(1 − p) / (n − 1))): the highest probability that an observed share of n observations fits.</summary>
    public static double Upper(double p, long n) => Math.Min(1, p + (Z * Math.Sqrt(p * (1 - p) / (n - 1))));

    /// <summary>−log2 p, in bits; never a negative zero.</summary>
    public static double Bits(double p) => p >= 1 ? 0 : -Math.Log2(p);
}
