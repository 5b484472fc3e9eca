using System.Collections.Immutable;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>The P-values that one test gave for all sequences, and what SP 800-22 §4.2 makes of them.</summary>
/// <param name="Test">The test, such as "serial, first".</param>
/// <param name="Clause">Where the test is defined.</param>
/// <param name="Sequences">Sequences that the test was applicable to.</param>
/// <param name="Passing">Those with a P-value of 0.01 or more.</param>
/// <param name="ProportionLow">The lowest proportion of passing sequences that §4.2.1 accepts: three standard deviations. It is shown, not judged by: an ideal source is outside now and then.</param>
/// <param name="ProportionHigh">The highest.</param>
/// <param name="PValues">One for each sequence, in order; null where the test was not applicable.</param>
/// <param name="Smallest">The smallest P-value; none when the test was never applicable.</param>
/// <param name="Uniformity">P-value of the uniformity of the P-values over ten classes, §4.2.2; none below 55 sequences.</param>
public sealed record PValueSeries(
    string Test,
    string Clause,
    int Sequences,
    int Passing,
    double ProportionLow,
    double ProportionHigh,
    ImmutableArray<double?> PValues,
    double? Smallest = null,
    double? Uniformity = null)
{
    /// <summary>The level at which single sequences pass: §4.2.1.</summary>
    public const double Level = 0.01;

    /// <summary>Sequences that the uniformity of P-values needs: §4.2.2.</summary>
    public const int SequencesForUniformity = 55;

    private const int Classes = 10;

    internal static PValueSeries Of(string test, string clause, IReadOnlyList<double?> values)
    {
        double[] applicable = [.. values.OfType<double>()];
        double margin = 3 * Math.Sqrt(Level * (1 - Level) / Math.Max(applicable.Length, 1));
        return new PValueSeries(
            test,
            clause,
            applicable.Length,
            applicable.Count(value => value >= Level),
            Math.Max(0, 1 - Level - margin),
            Math.Min(1, 1 - Level + margin),
            [.. values],
            applicable.Length > 0 ? applicable.Min() : null,
            applicable.Length >= SequencesForUniformity ? UniformityOf(applicable) : null);
    }

    private static double UniformityOf(double[] values)
    {
        int[] counts = new int[Classes];
        foreach (double value in values)
        {
            counts[Math.Min((int)(value * Classes), Classes - 1)]++;
        }

        double[] probabilities = [.. Enumerable.Repeat(1.0 / Classes, Classes)];
        return SpecialFunctions.GammaQ((Classes - 1) / 2.0, ChiSquare.Of(counts, probabilities) / 2);
    }
}
