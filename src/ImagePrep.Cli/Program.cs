using System.CommandLine;
using System.CommandLine.Parsing;
using ImagePrep.Cli.Commands;
using ImagePrep.Cli.Rendering;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Cli;

internal static class Program
{
    public static int Main(string[] args)
    {
        TerminalStyle.Configure();
        using Interruption interruption = new();
        Command root = CommandTree.Build(interruption);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError error in parsed.Errors)
            {
                Console.Error.WriteLine($"imageprep: {Printable(error.Message)}");
            }

            Console.Error.WriteLine($"Try '{Words(parsed.CommandResult)} --help'.");
            return ExitCodes.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("imageprep: stopped. Nothing was left at the final names.");
            return interruption.ExitCode;
        }
        catch (Exception exception) when (ExitCodes.TryExplain(exception, out int code, out string? message))
        {
            Console.Error.WriteLine($"imageprep: {Printable(message)}");
            return code;
        }
    }

    /// <summary>Messages quote paths and names of the image, and what was typed: line by line, so that they do not speak to the terminal.</summary>
    private static string Printable(string message) => string.Join('\n', message.Split('\n').Select(PrintableText.From));

    /// <summary>The program and the commands that were typed, such as "imageprep entropy assess".</summary>
    private static string Words(CommandResult result) =>
        (result.Parent is CommandResult parent ? Words(parent) + " " : "") + result.Command.Name;
}
