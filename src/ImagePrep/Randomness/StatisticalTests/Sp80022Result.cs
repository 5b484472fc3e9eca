using System.Collections.Immutable;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>What the tests of SP 800-22 found in a stream.</summary>
/// <remarks>
/// <para>
/// One P-value in a hundred of an ideal source is below 0.01, and of thirteen series of proportions one is outside of §4.2.1's interval every few runs: neither
/// is a verdict. The stream fails when a bound fails that an ideal source hardly ever fails. Of each series three things are judged: how many sequences pass at
/// 0.01 (exact binomial), the smallest P-value, and, from 55 sequences on, the uniformity of §4.2.2. All bounds have the same share of <see cref="FalseAlarmRate"/>,
/// so that an ideal source fails any of them with at most that probability, however the tests depend on each other (Bonferroni).
/// </para>
/// <para>
/// That holds as far as P-values of an ideal source are uniform. The publication's are approximations: with some thousand sequences and more the approximations
/// themselves are seen, those of the spectral test first.
/// </para>
/// </remarks>
/// <param name="Battery">"sp800-22".</param>
/// <param name="SequenceBits">Length of a sequence.</param>
/// <param name="Sequences">Whole sequences that were tested.</param>
/// <param name="FalseAlarmRate">Chance that an ideal source fails at least one of all bounds, at most, as far as its P-values are uniform.</param>
/// <param name="Tests">Every bound with its verdict.</param>
/// <param name="Series">P-values by test.</param>
public sealed record Sp80022Result(
    string Battery, int SequenceBits, int Sequences, double FalseAlarmRate, ImmutableArray<TestOutcome> Tests, ImmutableArray<PValueSeries> Series) : IBatteryResult
{
    /// <summary>One false alarm in a thousand runs.</summary>
    public const double FamilyWiseRate = 1e-3;

    /// <summary>No bound failed.</summary>
    public bool Passed => Tests.All(test => test.Passed);

    public IReadOnlyList<TestOutcome> Outcomes() => Tests;

    internal static Sp80022Result Of(int sequenceBits, PValueTable table)
    {
        ImmutableArray<PValueSeries> series =
        [
            .. StatisticalTest.All.SelectMany(
                (test, index) => test.Series.Select((name, part) => PValueSeries.Of(name, test.Clause, table.Series(index, part)))),
        ];
        int bounds = series.Length * (table.Sequences >= PValueSeries.SequencesForUniformity ? 3 : 2);
        return new Sp80022Result(
            Sp80022Battery.BatteryId, sequenceBits, table.Sequences, FamilyWiseRate, [.. series.SelectMany(one => Judge(one, FamilyWiseRate / bounds))], series);
    }

    /// <summary>The bounds of one series, each with at most the given chance of failing an ideal source.</summary>
    internal static IEnumerable<TestOutcome> Judge(PValueSeries series, double rate)
    {
        if (series.Smallest is not { } smallest)
        {
            yield break;
        }

        long alarm = Binomial.AlarmAt(series.Sequences, PValueSeries.Level, rate);
        double low = series.Sequences - alarm + 1;
        yield return new TestOutcome(
            series.Test,
            series.Clause,
            "sequences with P of 0.01 or more",
            series.Passing,
            series.Passing >= low,
            low,
            IdealRejection: Binomial.UpperTail(series.Sequences, PValueSeries.Level, alarm));
        yield return Least(series, "smallest P-value", smallest, rate / series.Sequences, rate);
        if (series.Uniformity is { } uniformity)
        {
            yield return Least(series, "uniformity of P-values", uniformity, rate, rate);
        }
    }

    private static TestOutcome Least(PValueSeries series, string statistic, double value, double low, double rate) =>
        new(series.Test, series.Clause, statistic, value, value >= low, low, IdealRejection: rate);
}
