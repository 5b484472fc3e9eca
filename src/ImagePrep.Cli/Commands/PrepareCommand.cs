using System.CommandLine;
using ImagePrep.Catalog;
using ImagePrep.Cli.Rendering;
using ImagePrep.Containers;
using ImagePrep.Nodes;
using ImagePrep.Pipeline;
using ImagePrep.Recipes;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep prepare --recipe R --base B --out DIR [--nodes F | --count N] …</summary>
internal static class PrepareCommand
{
    public static Command Build(CancellationToken cancellation)
    {
        Option<string> recipe = new("--recipe") { Description = "Recipe file, or the name of a built-in recipe such as debian-12.", Required = true, HelpName = "R" };
        Option<string> baseImage = new("--base") { Description = "Base image: raw, qcow2, or a format that --base-format declares. It is only read.", Required = true, HelpName = "FILE" };
        Option<string> baseFormat = CommonOptions.ImageFormat("--base-format");
        Option<string[]> backing = CommonOptions.Backing();
        Option<string[]> catalogs = CommonOptions.Catalogs();
        Option<string?> output = new("--out") { Description = "Output folder: new, or empty.", HelpName = "DIR" };
        Option<string> nodes = CommonOptions.Nodes();
        Option<int?> count = CommonOptions.Count();
        Option<string> layout = CommonOptions.Layout();
        Option<string> format = CommonOptions.NodeFormat();
        Option<int> jobs = CommonOptions.Jobs();
        Option<string[]> entropy = CommonOptions.EntropyFiles();
        Option<bool> compress = new("--compress") { Description = "Compress the golden image (zlib, on all cores): smaller to ship, slower to make." };
        Option<bool> dryRun = new("--dry-run") { Description = "Print what would be done, down to paths and sectors, and write nothing." };
        Command command = new("prepare", "Makes a golden image from a base image and, when asked, unique node images.")
        {
            recipe, baseImage, baseFormat, backing, catalogs, output, nodes, count, layout, format, jobs, entropy, compress, dryRun,
        };
        command.SetAction(parsed =>
        {
            NodeLayout nodeLayout = CommonOptions.ReadLayout(parsed.GetValue(layout)!, parsed.GetValue(format)!);
            if (parsed.GetValue(compress) && nodeLayout == NodeLayout.StandaloneQcow2)
            {
                throw CommonOptions.Misuse("--compress", "goes without standalone qcow2 nodes, which are patched copies of the golden image; use --layout overlay, or --format raw");
            }

            PrepareRequest request = new()
            {
                Recipe = RecipeLibrary.Load(parsed.GetValue(recipe)!),
                BasePath = parsed.GetValue(baseImage)!,
                Backing = parsed.GetValue(backing) ?? [],
                BaseFormat = DeclaredFormats.Parse(parsed.GetValue(baseFormat)),
                Catalog = GuestCatalog.With(parsed.GetValue(catalogs) ?? []),
                Compress = parsed.GetValue(compress),
                Nodes = CommonOptions.ReadNodes(parsed.GetValue(nodes), parsed.GetValue(count)),
                Stamping = new StampOptions
                {
                    Layout = nodeLayout,
                    Jobs = CommonOptions.CheckJobs(parsed.GetValue(jobs)),
                    EntropyFiles = parsed.GetValue(entropy) ?? [],
                },
            };
            return parsed.GetValue(dryRun)
                ? DryRun(request, cancellation)
                : Run(request, parsed.GetValue(output) ?? throw CommonOptions.Misuse("--out", "is required: the folder for everything that is made"), cancellation);
        });
        return command;
    }

    private static int DryRun(PrepareRequest request, CancellationToken cancellation)
    {
        using PreparationSession session = new(request, output: null, SilentObserver.Instance, TimeProvider.System, cancellation);
        session.Inspect();
        PlanText.Write(session.BaseFiles);
        PlanText.Write(session.Repartition());
        foreach (string step in PreparationSession.GuestSteps)
        {
            session.RunStep(step);
        }

        session.CheckNodes();

        PlanText.Write(session.Outcomes, session.Reported, session.FindDeviceOrder(), request);
        return ExitCodes.Done;
    }

    private static int Run(PrepareRequest request, string folder, CancellationToken cancellation)
    {
        using StagingFolder output = new(folder);
        using RunLog log = new(output.File(LogFile.Name));
        using PreparationSession session = new(request, output, log, TimeProvider.System, cancellation);
        Reports.ReportDocument report = session.RunAll();
        log.Dispose();
        ReportText.Write(report, output.FinalPath);
        return ExitCodes.Done;
    }
}
