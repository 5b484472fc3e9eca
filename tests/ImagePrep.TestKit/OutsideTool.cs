using System.Diagnostics;
using Xunit;

namespace ImagePrep.TestKit;

/// <summary>What an outside tool printed and returned.</summary>
public sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>Throws with everything the tool printed unless it returned 0.</summary>
    public ToolResult EnsureSuccess(string what) => ExitCode == 0
        ? this
        : throw new InvalidOperationException($"{what} returned {ExitCode}.\n{Output}\n{Error}");
}

/// <summary>Runs programs of other projects as oracles. A missing program skips the test, with the reason.</summary>
public static class OutsideTool
{
    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/sbin", "/usr/local/sbin"];

    public static string? Find(string name) =>
        Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Skips the running test when one of the programs is absent.</summary>
    public static void Require(params string[] names)
    {
        string[] missing = [.. names.Where(name => Find(name) is null)];
        if (missing.Length > 0)
        {
            Assert.Skip($"not installed: {string.Join(", ", missing)} (tests/tools.sh installs them)");
        }
    }

    /// <summary>Runs a program to its end; kills it after <paramref name="seconds"/>. Skips the test when the program is absent.</summary>
    public static ToolResult Run(string name, IEnumerable<string> arguments, int seconds = 60, byte[]? input = null)
    {
        Require(name);
        ProcessStartInfo start = new(Find(name)!)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        return ProcessRun.ToEnd(process, name, seconds, input);
    }

    public static ToolResult Run(string name, params string[] arguments) => Run(name, (IEnumerable<string>)arguments);
}
