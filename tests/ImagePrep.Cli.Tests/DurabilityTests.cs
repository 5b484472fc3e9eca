using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>What has its final name is on stable storage, as far as the kernel was asked.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Prepare_EveryFile_IsFlushedBeforeItIsNamed()
    {
        string trace = _scratch.File("trace");
        string output = _scratch.File("out");
        OutsideTool.Run(
            "strace",
            [
                "-f", "-qq", "-y", "-s", "4096", "-e", "trace=fsync,rename,renameat2", "-o", trace,
                .. CliProgram.Command, "prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", output, "--count", "2",
            ],
            seconds: 120).EnsureSuccess("prepare");

        string[] calls = File.ReadAllLines(trace);
        foreach (string file in Directory.GetFiles(output))
        {
            int named = Array.FindIndex(calls, call => call.Contains("rename", StringComparison.Ordinal) && call.Contains($"\"{file}\"", StringComparison.Ordinal));
            string name = Path.GetFileName(file);
            int flushed = Array.FindIndex(calls, call => call.Contains("fsync(", StringComparison.Ordinal) && call.Contains($"/{name}>", StringComparison.Ordinal));
            named.ShouldBeGreaterThan(0, name);
            flushed.ShouldBeInRange(0, named, name);
        }
    }
}
