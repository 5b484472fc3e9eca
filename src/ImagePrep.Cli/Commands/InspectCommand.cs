using System.CommandLine;
using ImagePrep.Cli.Rendering;
using ImagePrep.Inspection;
using ImagePrep.Storage.Disks;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep inspect IMAGE [--json]</summary>
internal static class InspectCommand
{
    public static Command Build()
    {
        Argument<string> image = CommonOptions.Image();
        Option<string> format = CommonOptions.ImageFormat("--image-format");
        Option<string[]> backing = CommonOptions.Backing();
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "inspect",
            "Shows partitions, alignment, file systems and guest, and what clones of the image would share. Returns 1 when it found something unsafe.")
        {
            image,
            format,
            backing,
            json,
        };
        command.SetAction(parsed => Run(parsed.GetValue(image)!, parsed.GetValue(format), parsed.GetValue(backing) ?? [], parsed.GetValue(json)));
        return command;
    }

    private static int Run(string path, string? format, string[] backing, bool json)
    {
        using DiskImage image = DiskImage.OpenChain([path, .. backing], CommonOptions.Format(format));
        InspectionReport report = DiskInspector.Inspect(image);
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
