namespace ImagePrep.Benchmarks;

/// <summary>Figures of one command over several runs.</summary>
internal sealed record Figures(string Name, double MedianSeconds, double MinSeconds, double MaxSeconds, double PeakMebibytes);

/// <summary>One command, alone or run in turn with another, so that a drift of the machine meets both.</summary>
/// <param name="Own">Figures of our command.</param>
/// <param name="Other">Figures of the other; null when measured alone.</param>
/// <param name="MedianRatio">Median of own seconds divided by the other's, pair by pair; null when measured alone.</param>
internal sealed record Comparison(Figures Own, Figures? Other, double? MedianRatio)
{
    private const int CountedRuns = 7;

    public static Comparison Run(Measured own, Measured? other)
    {
        // The first run of each reads from disk what the others find in memory: not counted.
        own.Run();
        other?.Run();
        List<Run> ownRuns = [];
        List<Run> otherRuns = [];
        for (int i = 0; i < CountedRuns; i++)
        {
            ownRuns.Add(own.Run());
            if (other is not null)
            {
                otherRuns.Add(other.Run());
            }
        }

        return other is null
            ? new Comparison(Summarise(own.Name, ownRuns), null, null)
            : new Comparison(
                Summarise(own.Name, ownRuns),
                Summarise(other.Name, otherRuns),
                Median(ownRuns.Zip(otherRuns, (left, right) => left.Seconds / right.Seconds)));
    }

    private static Figures Summarise(string name, List<Run> runs) => new(
        name,
        Median(runs.Select(run => run.Seconds)),
        runs.Min(run => run.Seconds),
        runs.Max(run => run.Seconds),
        runs.Max(run => run.PeakMebibytes));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
