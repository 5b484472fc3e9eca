using System.CommandLine;
using ImagePrep.Cli.Rendering;
using ImagePrep.Containers;
using ImagePrep.Guests;
using ImagePrep.Inspection;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep ls IMAGE PATH</summary>
internal static class ListCommand
{
    public static Command Build(CancellationToken cancellation)
    {
        Argument<string> image = CommonOptions.Image();
        Argument<string> path = CommonOptions.GuestPath();
        Option<string> format = CommonOptions.ImageFormat("--image-format");
        Option<string[]> backing = CommonOptions.Backing();
        Command command = new("ls", "Lists a folder of the guest, or one file.") { image, path, format, backing };
        command.SetAction(parsed => Run([parsed.GetValue(image)!, .. parsed.GetValue(backing) ?? []], parsed.GetValue(path)!, parsed.GetValue(format), cancellation));
        return command;
    }

    private static int Run(string[] images, string path, string? format, CancellationToken cancellation)
    {
        using GuestView view = GuestView.Open(images, DeclaredFormats.Parse(format), cancellation);
        GuestNode node = view.Find(path);
        if (node.Info.Kind != NodeKind.Directory)
        {
            Console.WriteLine(FileListing.Line(view.Files, node, node.Path.ToString()));
            return ExitCodes.Done;
        }

        foreach (DirectoryEntry entry in view.Files.List(node.Path))
        {
            GuestNode child = view.Files.Find(node.Path / entry.Name, followLast: false);
            Console.WriteLine(FileListing.Line(view.Files, child, entry.Name.ToString()));
        }

        return ExitCodes.Done;
    }
}
