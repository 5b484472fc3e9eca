using System.Diagnostics;

namespace ImagePrep.TestKit;

/// <summary>The program as a user starts it: a process of its own, built beside the tests.</summary>
public static class CliProgram
{
    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "ImagePrep.Cli.dll");

    /// <summary>What to run under another program, such as a tracer.</summary>
    public static IReadOnlyList<string> Command => ["dotnet", "exec", Assembly];

    /// <summary>Runs it to its end.</summary>
    public static ToolResult Run(IEnumerable<string> arguments, int seconds = 120, byte[]? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(arguments, environment);
        return ProcessRun.ToEnd(process, "imageprep", seconds, input);
    }

    public static ToolResult Run(params string[] arguments) => Run((IEnumerable<string>)arguments);

    /// <summary>Starts it and leaves it running: for tests that interrupt it.</summary>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // Whoever starts the tests in the background may have them ignore SIGINT, which a program inherits; a terminal does not.
        ProcessStartInfo start = new("env")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        start.Environment.Remove("SOURCE_DATE_EPOCH");
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        foreach (string argument in (string[])["--default-signal=INT", .. Command, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
