namespace ImagePrep.Benchmarks;

/// <summary>Figures of one command over several runs.</summary>
internal sealed record Figures(double MedianSeconds, double MinSeconds, double MaxSeconds, double PeakMebibytes)
{
    public static Figures Of(IReadOnlyList<Run> runs) => new(
        Comparison.Median(runs.Select(run => run.Seconds)),
        runs.Min(run => run.Seconds),
        runs.Max(run => run.Seconds),
        runs.Max(run => run.PeakMebibytes));
}

/// <summary>Another command beside ours.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Figures">Its figures; null where it is not installed.</param>
/// <param name="MedianRatio">Median of our seconds divided by its seconds, pair by pair; null where it is not installed.</param>
internal sealed record Yardstick(string Name, Figures? Figures, double? MedianRatio);

/// <summary>Our command and those it is compared with, all run in turn, so that a drift of the machine meets each.</summary>
internal sealed record Comparison(string Name, Figures Own, IReadOnlyList<Yardstick> Beside, IReadOnlyList<Bar> Bars)
{
    private const int CountedRuns = 5;

    public static Comparison Run(Measured own, params IReadOnlyList<Measured> others) => RunAll([(own, null)], others)[0];

    /// <summary>Several commands of ours beside the same others, which then run once for all of them.</summary>
    /// <param name="owns">Each with the bar it has beside the first of the others; null for the others' own bars.</param>
    /// <param name="others">What they are compared with.</param>
    public static IReadOnlyList<Comparison> RunAll(IReadOnlyList<(Measured Command, double? MostRatio)> owns, params IReadOnlyList<Measured> others)
    {
        List<Measured> commands = [.. owns.Select(own => own.Command), .. others.Where(other => other.Program is not null)];

        // The first run of each reads from disk what the others find in memory: not counted.
        commands.ForEach(command => command.Run());
        Dictionary<Measured, List<Run>> runs = commands.ToDictionary(command => command, _ => new List<Run>());
        for (int i = 0; i < CountedRuns; i++)
        {
            commands.ForEach(command => runs[command].Add(command.Run()));
        }

        return [.. owns.Select(own => Of(own.Command, others.Select((other, index) => index == 0 && own.MostRatio is { } most ? (other, most) : (other, other.MostRatio)), runs))];
    }

    private static Comparison Of(Measured own, IEnumerable<(Measured Command, double? MostRatio)> others, Dictionary<Measured, List<Run>> runs)
    {
        Figures figures = Figures.Of(runs[own]);
        List<Bar> bars = own.MostSeconds is { } seconds ? [new Bar(own.Name, "s", seconds, figures.MedianSeconds)] : [];
        List<Yardstick> beside = [];
        foreach ((Measured other, double? mostRatio) in others)
        {
            if (!runs.TryGetValue(other, out List<Run>? theirs))
            {
                beside.Add(new Yardstick(other.Name, null, null));
                continue;
            }

            double ratio = Median(runs[own].Zip(theirs, (left, right) => left.Seconds / right.Seconds));
            beside.Add(new Yardstick(other.Name, Figures.Of(theirs), ratio));
            if (mostRatio is { } most)
            {
                bars.Add(new Bar($"{own.Name} : {other.Name}", "x", most, ratio));
            }
        }

        return new Comparison(own.Name, figures, beside, bars);
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
