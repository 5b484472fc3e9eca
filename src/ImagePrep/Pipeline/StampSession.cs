using System.Text;
using ImagePrep.Errors;
using ImagePrep.Golden;
using ImagePrep.Nodes;
using ImagePrep.Randomness.Sources;
using ImagePrep.Reports;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.Storage.Errors;

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

        string goldenPath = NameFor(golden, output);
        switch (request.Stamping.Layout)
        {
            case NodeLayout.Overlay:
                RefuseLongName(goldenPath);
                break;
            case NodeLayout.StandaloneQcow2:
                RefuseCompressed(golden, request.GoldenDocument);
                break;
        }

        observer.Phase($"Stamping {request.Nodes.Count} nodes");
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

    /// <summary>The golden image as the overlays name it: relative, and from where they really lie, since ".." does not lead back through a link.</summary>
    private static string NameFor(GoldenImage golden, StagingFolder output) =>
        Path.GetRelativePath(Path.Combine(ResolvedPath.Of(output.FinalPath), Stamper.Folder), ResolvedPath.Of(golden.Path));

    private static void RefuseLongName(string name)
    {
        if (!BackingFile.HasRoomFor(name))
        {
            throw new IOException(
                $"The path from the nodes to the golden image has {Encoding.UTF8.GetByteCount(name)} bytes, more than fit into an overlay. "
                + "Name an output folder nearer to the image with --out, or take --layout standalone.");
        }
    }

    private static void RefuseCompressed(GoldenImage golden, string documentPath)
    {
        try
        {
            foreach (RangeDescription range in golden.Document.Slots.SelectMany(slot => slot.Ranges))
            {
                golden.Disk.LocateInFile(new ByteRange(range.Start, range.Length));
            }
        }
        catch (UnsupportedImageException)
        {
            throw new RecipeException(
                documentPath,
                [
                    new RecipeProblem(
                        "--layout standalone",
                        0,
                        "goes without a compressed golden image, whose copies cannot be patched; use --layout overlay, or --format raw, or prepare without --compress"),
                ]);
        }
    }
}
