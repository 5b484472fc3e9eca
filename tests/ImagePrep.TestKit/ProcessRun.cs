using System.Diagnostics;
using System.Text;

namespace ImagePrep.TestKit;

/// <summary>Waits for a process, with its outputs read meanwhile: a full pipe would stop it.</summary>
internal static class ProcessRun
{
    /// <param name="process">Started with all three streams redirected.</param>
    /// <param name="name">For the message when it takes too long.</param>
    /// <param name="seconds">How long it may take; then it is killed, with what it started.</param>
    /// <param name="input">Written to its standard input, which is closed in any case.</param>
    public static ToolResult ToEnd(Process process, string name, int seconds, byte[]? input)
    {
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
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{name} did not end within {seconds} s.\n{output}\n{error}");
        }

        // Without a limit this also waits for the last lines of both outputs.
        process.WaitForExit();
        return new ToolResult(process.ExitCode, output.ToString(), error.ToString());
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
