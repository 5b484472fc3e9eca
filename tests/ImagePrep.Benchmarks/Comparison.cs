namespace ImagePrep.Benchmarks;

/// <summary>Figures of one command over several runs.</summary>
internal sealed record Figures(string Name, double MedianSeconds, double MinSeconds, double MaxSeconds, double PeakMebibytes);

/// <summary>Another command beside ours.</summary>
/// <param name="Figures">Its figures.</param>
/// <param name="MedianRatio">Median of our seconds divided by its seconds, pair by pair.</param>
internal sealed record Yardstick(Figures Figures, double MedianRatio);

/// <summary>Our command and those it is compared with, all run in turn, so that a drift of the machine meets each.</summary>
internal sealed record Comparison(Figures Own, IReadOnlyList<Yardstick> Beside)
{
    private const int CountedRuns = 7;

    public static Comparison Run(Measured own, params IReadOnlyList<Measured> others)
    {
        List<Measured> commands = [own, .. others];

        // The first run of each reads from disk what the others find in memory: not counted.
        commands.ForEach(command => command.Run());
        List<Run>[] runs = [.. commands.Select(_ => new List<Run>())];
        for (int i = 0; i < CountedRuns; i++)
        {
            for (int command = 0; command < commands.Count; command++)
            {
                runs[command].Add(commands[command].Run());
            }
        }

        return new Comparison(
            Summarise(own.Name, runs[0]),
            [.. others.Select((other, i) => new Yardstick(
                Summarise(other.Name, runs[i + 1]),
                Median(runs[0].Zip(runs[i + 1], (left, right) => left.Seconds / right.Seconds))))]);
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
