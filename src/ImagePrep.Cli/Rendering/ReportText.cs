using ImagePrep.Reports;

namespace ImagePrep.Cli.Rendering;

/// <summary>The last words of a run: what was made, where, and how to go on.</summary>
internal static class ReportText
{
    public static void Write(ReportDocument report, string folder)
    {
        // Digests and paths are copied by people and scripts: plain lines, never wrapped.
        Console.WriteLine(report.Summary);
        string rationale = report.SeedTests is null ? "" : $", and where the seeds' entropy comes from in {EntropyRationale.FileName}";
        Console.WriteLine($"Everything is in {folder}; the evidence is in report.json{rationale}.");
    }
}
