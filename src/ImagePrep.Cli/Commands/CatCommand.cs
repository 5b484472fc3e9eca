using System.CommandLine;
using ImagePrep.Cli.Rendering;
using ImagePrep.Containers;
using ImagePrep.Guests;
using ImagePrep.Inspection;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep cat IMAGE PATH</summary>
internal static class CatCommand
{
    public static Command Build(CancellationToken cancellation)
    {
        Argument<string> image = CommonOptions.Image();
        Argument<string> path = CommonOptions.GuestPath();
        Option<string> format = CommonOptions.ImageFormat("--image-format");
        Option<string[]> backing = CommonOptions.Backing();
        Command command = new("cat", "Writes a file of the guest to standard output.") { image, path, format, backing };
        command.SetAction(parsed => Run([parsed.GetValue(image)!, .. parsed.GetValue(backing) ?? []], parsed.GetValue(path)!, parsed.GetValue(format), cancellation));
        return command;
    }

    private static int Run(string[] images, string path, string? format, CancellationToken cancellation)
    {
        using GuestView view = GuestView.Open(images, DeclaredFormats.Parse(format), cancellation);
        GuestNode node = view.Find(path);
        if (node.Info.Kind != NodeKind.File)
        {
            throw new IOException($"{path} is {KindName(node.Info.Kind)} in the guest, not a file with content.{(node.Info.Kind == NodeKind.Directory ? " 'imageprep ls' lists it." : "")}");
        }

        StandardOutput.Copy((position, buffer) =>
        {
            cancellation.ThrowIfCancellationRequested();
            return node.Mount.FileSystem.Read(node.Node, position, buffer);
        });
        return ExitCodes.Done;
    }

    private static string KindName(NodeKind kind) => kind switch
    {
        NodeKind.Directory => "a folder",
        NodeKind.CharacterDevice => "a character device",
        NodeKind.BlockDevice => "a block device",
        NodeKind.Fifo => "a named pipe",
        NodeKind.Socket => "a socket",
        _ => "no regular file",
    };
}
