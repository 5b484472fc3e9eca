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

        // Said, not detected: detection compiles regular expressions, which takes longer than many commands.
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Console.Out),
        });
        AnsiConsole.Profile.Width = UnlimitedWidth;
    }
}
