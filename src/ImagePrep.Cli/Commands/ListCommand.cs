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
        GuestNode named = view.Find(path, followLast: false);
        IReadOnlyList<(GuestNode Node, string Name)> entries = Folder(view, named, path) is { } folder
            ? [.. view.Files.List(folder.Path).Select(entry => (view.Files.Find(folder.Path / entry.Name, followLast: false), entry.Name.ToString()))]
            : [(named, named.Path.ToString())];
        foreach (string line in FileListing.Lines(entries))
        {
            Console.WriteLine(line);
        }

        return ExitCodes.Done;
    }

    /// <summary>What to list: a folder, or the one that a link leads to. A link to anything else, or to nothing, is shown itself.</summary>
    private static GuestNode? Folder(GuestView view, GuestNode named, string path)
    {
        GuestNode? reached = named.Info.Kind == NodeKind.SymbolicLink ? view.Files.Resolve(path, followLast: true, out _) : named;
        return reached?.Info.Kind == NodeKind.Directory ? reached : null;
    }
}
