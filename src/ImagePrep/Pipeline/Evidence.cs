using ImagePrep.Golden;
using ImagePrep.Reports;

namespace ImagePrep.Pipeline;

/// <summary>The documents that a run leaves beside its images.</summary>
internal static class Evidence
{
    /// <summary>Writes the report and, when there are seeds to argue for, the entropy rationale.</summary>
    public static void Write(StagingFolder output, ReportDocument report, GoldenDocument golden)
    {
        File.WriteAllText(output.File(PreparationSession.ReportName), JsonText.Write(report));
        if (report.SeedTests is { } tests)
        {
            File.WriteAllText(output.File(EntropyRationale.FileName), EntropyRationale.OfRun(golden, tests, report.Finished));
        }
    }
}
