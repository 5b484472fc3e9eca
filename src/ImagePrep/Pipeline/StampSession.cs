using ImagePrep.Golden;
using ImagePrep.Nodes;
using ImagePrep.Randomness.Sources;
using ImagePrep.Reports;

namespace ImagePrep.Pipeline;

/// <summary>Stamps nodes from a golden image: the last stages of a preparation, without the base.</summary>
public static class StampSession
{
    public static ReportDocument Run(
        StampRequest request, StagingFolder output, IProgressObserver observer, TimeProvider clock, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(observer);
        ArgumentNullException.ThrowIfNull(clock);
        DateTimeOffset started = clock.GetUtcNow();
        using EntropyFiles entropyFiles = EntropyFiles.Open(request.Stamping.EntropyFiles, cancellation);
        observer.Phase("Checking the golden image");
        using GoldenImage golden = GoldenImage.Open(request.GoldenDocument, cancellation);

        observer.Phase($"Stamping {request.Nodes.Count} nodes");
        string goldenPath = Path.GetRelativePath(Path.Combine(output.FinalPath, Stamper.Folder), golden.Path);
        Stamper stamper = new(golden, request.Stamping, entropyFiles, clock, observer);
        StampedBatch batch = stamper.Stamp(request.Nodes, output.Path, goldenPath, cancellation);

        observer.Phase("Testing the seeds in the node images");
        SeedTests tests = SeedTests.Run(batch, golden, output.Path, cancellation);

        observer.Phase("Writing the report");
        ReportDocument report = ReportDocument.Of(golden.Document, batch, tests, started, clock.GetUtcNow());
        Evidence.Write(output, report, golden.Document);
        cancellation.ThrowIfCancellationRequested();
        output.Publish(last: PreparationSession.ReportName);
        return report;
    }
}
