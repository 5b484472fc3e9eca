using System.Diagnostics;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>Stopped or killed at any moment, a run leaves nothing half done at the final names, and the next run is not disturbed.</summary>
public sealed class InterruptionTests : IDisposable
{
    private const int Kills = 50;

    private static readonly string[] Complete = ["entropy-rationale.md", "golden.json", "golden.qcow2", "imageprep.log", "nodes", "report.json"];

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void KilledAtRandomMoments_LeavesNothingHalfDone()
    {
        string digest = DemoBase.Digest;
        Stopwatch whole = Stopwatch.StartNew();
        Start("measure").WaitForExit();
        double length = whole.Elapsed.TotalMilliseconds;
        Random random = new(7);
        string output = _scratch.File("killed");
        int unfinished = 0;
        for (int i = 0; i < Kills; i++)
        {
            using Process process = Start("killed");
            Thread.Sleep((int)(random.NextDouble() * length * 1.1));
            process.Kill();
            process.WaitForExit();
            string[] visible = Visible(output);
            if (visible.Contains("report.json"))
            {
                visible.ShouldBe(Complete);
                Directory.Delete(output, recursive: true);
            }
            else
            {
                // Killed between the renames at the end, what is there is complete; otherwise nothing is.
                visible.ShouldBeSubsetOf(Complete);
                unfinished++;
                if (visible.Length > 0)
                {
                    Directory.Delete(output, recursive: true);
                }
            }

            DemoBase.Digest.ShouldBe(digest);
        }

        unfinished.ShouldBeGreaterThan(Kills / 4, "the kills must hit runs, not only their ends");
        using Process last = Start("killed");
        last.StandardError.ReadToEnd();
        last.WaitForExit();
        last.ExitCode.ShouldBe(0);
        Directory.GetFileSystemEntries(output).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(Complete);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Signalled_StopsInOrder(string signal, int code)
    {
        // Hundreds of complete raw images: a run that is sure to be in the middle of something. Not thousands: an ideal source fails two draws of one node in a
        // row once in 1.5 million nodes, and that stops the run as well.
        string list = _scratch.File("many.csv");
        File.WriteAllLines(list, ["name", .. Enumerable.Range(1, 500).Select(number => $"n{number}")]);
        using Process process = CliProgram.Start(
            ["prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", _scratch.File("out"), "--nodes", list, "--layout", "standalone", "--format", "raw"]);
        Task<string> error = process.StandardError.ReadToEndAsync();
        WaitFor(() => process.HasExited || HasRawImage(_scratch.File("out")));
        process.HasExited.ShouldBeFalse(process.HasExited ? await error : null);

        OutsideTool.Run("kill", "-s", signal, process.Id.ToString()).EnsureSuccess("kill");

        process.WaitForExit(TimeSpan.FromSeconds(60)).ShouldBeTrue();
        process.ExitCode.ShouldBe(code);
        (await error).ShouldContain("imageprep: stopped");
        Directory.Exists(_scratch.File("out")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("INT", 130, "rngtest")]
    [InlineData("TERM", 143, "rngtest", "/dev/zero")]
    [InlineData("INT", 130, "rngtest", "FIFO")]
    [InlineData("TERM", 143, "entropy", "assess", "-")]
    [InlineData("INT", 130, "entropy", "assess", "FIFO")]
    public void Signalled_WhileItWaitsForInput_EndsAtOnce(string signal, int code, params string[] arguments) =>
        Signal(signal, [.. arguments.Select(argument => argument == "FIFO" ? Fifo() : argument)]).ShouldBe(code);

    [Fact]
    public void Signalled_WhileAnEntropyFileHasNoWriter_StopsInOrder()
    {
        Signal("INT", ["prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", _scratch.File("out"), "--entropy-file", Fifo()]).ShouldBe(130);
        Directory.Exists(_scratch.File("out")).ShouldBeFalse();
    }

    [Fact]
    public void SignalledTwice_EndsWhateverItDoes() =>
        Signal("INT", ["stamp", "golden.json", "--nodes", Fifo(), "--out", _scratch.File("out")], times: 2).ShouldBe(130);

    private static int Signal(string signal, string[] arguments, int times = 1)
    {
        using Process process = CliProgram.Start(arguments);

        // Long enough for it to listen to signals and to wait for its input.
        Thread.Sleep(TimeSpan.FromSeconds(4));
        process.HasExited.ShouldBeFalse();
        for (int sent = 0; sent < times; sent++)
        {
            OutsideTool.Run("kill", "-s", signal, process.Id.ToString()).EnsureSuccess("kill");

            // Two that come at once may be taken for one.
            Thread.Sleep(TimeSpan.FromSeconds(1));
        }

        bool ended = process.WaitForExit(TimeSpan.FromSeconds(20));
        if (!ended)
        {
            process.Kill();
        }

        ended.ShouldBeTrue();
        return process.ExitCode;
    }

    private string Fifo()
    {
        OutsideTool.Run("mkfifo", _scratch.File("fifo")).EnsureSuccess("mkfifo");
        return _scratch.File("fifo");
    }

    private static bool HasRawImage(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.raw", SearchOption.AllDirectories).Any();

    private static void WaitFor(Func<bool> condition)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            waited.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(4));
            Thread.Sleep(20);
        }
    }

    private static string[] Visible(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)]
        : [];

    private Process Start(string output) => CliProgram.Start(
        ["prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", _scratch.File(output), "--count", "3"]);
}
