using System.CommandLine;
using ImagePrep.Cli.Rendering;
using ImagePrep.Nodes;
using ImagePrep.Pipeline;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep stamp DIR/golden.json --nodes F | --count N --out DIR</summary>
internal static class StampCommand
{
    public static Command Build(CancellationToken cancellation)
    {
        Argument<string> golden = CommonOptions.OfFiles(new Argument<string>("GOLDEN") { Description = "golden.json of a prepared image." });
        Option<string> nodes = CommonOptions.Nodes();
        Option<int?> count = CommonOptions.Count();
        Option<string> output = CommonOptions.Out();
        Option<string> layout = CommonOptions.Layout();
        Option<string> format = CommonOptions.NodeFormat();
        Option<int> jobs = CommonOptions.Jobs();
        Option<string[]> entropy = CommonOptions.EntropyFiles();
        Command command = new("stamp", "Makes further node images from a golden image.") { golden, nodes, count, output, layout, format, jobs, entropy };
        command.SetAction(parsed =>
        {
            StampRequest request = new()
            {
                GoldenDocument = parsed.GetValue(golden)!,
                Nodes = CommonOptions.ReadNodes(parsed.GetValue(nodes), parsed.GetValue(count)),
                Stamping = new StampOptions
                {
                    Layout = CommonOptions.ReadLayout(parsed.GetValue(layout)!, parsed.GetValue(format)!),
                    Jobs = CommonOptions.CheckJobs(parsed.GetValue(jobs)),
                    EntropyFiles = parsed.GetValue(entropy) ?? [],
                },
            };
            return request.Nodes.Count == 0
                ? throw CommonOptions.Misuse("--nodes or --count", "is required: which nodes to make")
                : Run(request, parsed.GetValue(output)!, cancellation);
        });
        return command;
    }

    private static int Run(StampRequest request, string folder, CancellationToken cancellation)
    {
        using StagingFolder output = new(folder);
        using RunLog log = new(output.File(LogFile.Name));
        Reports.ReportDocument report = StampSession.Run(request, output, log, TimeProvider.System, cancellation);
        log.Dispose();
        ReportText.Write(report, output.FinalPath);
        return ExitCodes.Done;
    }
}
