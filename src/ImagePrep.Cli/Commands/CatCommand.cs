using System.CommandLine;
using ImagePrep.Containers;
using ImagePrep.Guests;
using ImagePrep.Inspection;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep cat IMAGE PATH</summary>
internal static class CatCommand
{
    private const int BufferSize = 1 << 20;

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
            throw new IOException($"{node.Path} is not a regular file in the guest.");
        }

        using Stream output = Console.OpenStandardOutput();
        byte[] buffer = new byte[BufferSize];
        long position = 0;
        while (node.Mount.FileSystem.Read(node.Node, position, buffer) is > 0 and int read)
        {
            output.Write(buffer, 0, read);
            position += read;
        }

        return ExitCodes.Done;
    }
}
