using System.CommandLine;
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
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "inspect",
            "Shows partitions, alignment, file systems and guest, and what clones of the image would share. Returns 1 when it found something unsafe.")
        {
            image,
            format,
            json,
        };
        command.SetAction(parsed => Run(parsed.GetValue(image)!, parsed.GetValue(format), parsed.GetValue(json), cancellation));
        return command;
    }

    private static int Run(string path, string? format, bool json, CancellationToken cancellation)
    {
        using ImageSource image = ImageSource.Open(path, DeclaredFormats.Parse(format), Path.GetTempPath(), cancellation);
        InspectionReport report = DiskInspector.Inspect(image.Disk, image.FormatName, image.FileLength);
        if (json)
        {
            Console.Write(CliJson.Write(report));
        }
        else
        {
            InspectionText.Write(report, Path.GetFileName(path));
        }

        return report.Findings.Any(finding => finding.Severity != FindingSeverity.Note) ? ExitCodes.Findings : ExitCodes.Done;
    }
}
