using System.CommandLine;
using ImagePrep.Catalog;
using ImagePrep.Cli.Rendering;
using ImagePrep.Containers;
using ImagePrep.Inspection;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep inspect IMAGE [--json]</summary>
internal static class InspectCommand
{
    public static Command Build(CancellationToken cancellation)
    {
        Argument<string> image = CommonOptions.Image();
        Option<string> format = CommonOptions.ImageFormat("--image-format");
        Option<string[]> backing = CommonOptions.Backing();
        Option<string[]> catalogs = CommonOptions.Catalogs();
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "inspect",
            "Shows partitions, alignment, file systems and guest, and what clones of the image would share. Returns 1 when it found something unsafe.")
        {
            image,
            format,
            backing,
            catalogs,
            json,
        };
        command.SetAction(parsed => Run([parsed.GetValue(image)!, .. parsed.GetValue(backing) ?? []], parsed.GetValue(format), GuestCatalog.With(parsed.GetValue(catalogs) ?? []), parsed.GetValue(json), cancellation));
        return command;
    }

    private static int Run(string[] paths, string? format, GuestCatalog catalog, bool json, CancellationToken cancellation)
    {
        using ImageSource image = ImageSource.Open(paths, DeclaredFormats.Parse(format), Path.GetTempPath(), cancellation);
        InspectionReport report = DiskInspector.Inspect(image, catalog);
        if (json)
        {
            Console.Write(CliJson.Write(report));
        }
        else
        {
            InspectionText.Write(report, Path.GetFileName(paths[0]));
        }

        return report.Findings.Any(finding => finding.Severity != FindingSeverity.Note) ? ExitCodes.Findings : ExitCodes.Done;
    }
}
