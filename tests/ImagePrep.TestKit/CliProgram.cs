using System.Diagnostics;
using System.Text;

namespace ImagePrep.TestKit;

/// <summary>The program as a user starts it: a process of its own, built beside the tests.</summary>
public static class CliProgram
{
    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "ImagePrep.Cli.dll");

    /// <summary>Runs it to its end.</summary>
    public static ToolResult Run(IEnumerable<string> arguments, int seconds = 120, byte[]? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(arguments, environment);
        StringBuilder output = new();
        StringBuilder error = new();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null)
        {
            process.StandardInput.BaseStream.Write(input);
        }

        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            process.Kill();
            throw new TimeoutException($"imageprep did not end within {seconds} s.\n{output}\n{error}");
        }

        process.WaitForExit();
        return new ToolResult(process.ExitCode, output.ToString(), error.ToString());
    }

    public static ToolResult Run(params string[] arguments) => Run((IEnumerable<string>)arguments);

    /// <summary>Starts it and leaves it running: for tests that interrupt it.</summary>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new("dotnet")
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

        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Assembly);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }
    }
}
