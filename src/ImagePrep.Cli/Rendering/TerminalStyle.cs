using Spectre.Console;

namespace ImagePrep.Cli.Rendering;

/// <summary>Colours and line lengths are for terminals: a file or a pipe gets plain lines of any length.</summary>
internal static class TerminalStyle
{
    private const int UnlimitedWidth = 1000;

    public static void Configure()
    {
        if (!Console.IsOutputRedirected)
        {
            return;
        }

        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        AnsiConsole.Profile.Width = UnlimitedWidth;
    }
}
