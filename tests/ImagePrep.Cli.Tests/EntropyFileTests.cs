using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>Entropy files that are wrong are found before the work, with nodes or without.</summary>
public sealed class EntropyFileTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Prepare_EntropyFileThatIsAbsent_StopsBeforeTheWork() => Stops(Prepare("--entropy-file", _scratch.File("absent")), "absent");

    [Fact]
    public void Prepare_EntropyFileNamedTwice_StopsBeforeTheWork()
    {
        File.WriteAllBytes(_scratch.File("entropy"), new byte[640]);
        File.CreateSymbolicLink(_scratch.File("link"), "entropy");
        Stops(Prepare("--count", "1", "--entropy-file", _scratch.File("entropy"), "--entropy-file", _scratch.File("link")), "named twice");
    }

    private void Stops(ToolResult run, string text)
    {
        run.ExitCode.ShouldBe(6, run.Error);
        run.Error.ShouldContain(text);
        run.Error.ShouldNotContain("Writing the golden image");
        Directory.Exists(_scratch.File("out")).ShouldBeFalse();
    }

    private ToolResult Prepare(params string[] more) =>
        CliProgram.Run(["prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", _scratch.File("out"), .. more]);
}
