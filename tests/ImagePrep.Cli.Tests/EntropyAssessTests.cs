using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>imageprep entropy assess, as a user meets it.</summary>
public sealed class EntropyAssessTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Assess_GoodBytes_PrintsEstimatesResultAndWhatItIsWorth()
    {
        ToolResult result = CliProgram.Run("entropy", "assess", Write(20_000, value => value));

        result.ExitCode.ShouldBe(1, result.Error);
        result.Output.ShouldContain("NOT PASSED: 20,000 samples are fewer than the 1,000,000");
        result.Output.ShouldContain("20,000 samples of 8 bits, 256 different values");
        foreach (string text in (string[])["6.3.1   Most common value", "6.3.10  LZ78Y prediction", "Assessed: ", "repetition count", "adaptive proportion: of 512", "With too few samples", "whatever its seed is", "--restarts"])
        {
            result.Output.ShouldContain(text);
        }
    }

    [Fact]
    public void Assess_Json_HoldsTheSameNumbers()
    {
        string file = Write(20_000, value => value & 3);

        using JsonDocument json = JsonDocument.Parse(CliProgram.Run("entropy", "assess", file, "--json").Output);

        JsonElement root = json.RootElement;
        root.GetProperty("bitsPerSymbol").GetInt32().ShouldBe(2);
        root.GetProperty("sufficient").GetBoolean().ShouldBeFalse();
        root.GetProperty("passed").GetBoolean().ShouldBeFalse();
        root.GetProperty("estimators").GetArrayLength().ShouldBe(10);
        root.GetProperty("estimators")[0].GetProperty("original").GetProperty("values").GetProperty("pHat").GetDouble().ShouldBeInRange(0.25, 0.27);
        root.GetProperty("assessedEntropy").GetDouble().ShouldBeInRange(1, 2);
        root.TryGetProperty("restart", out _).ShouldBeFalse();
    }

    [Fact]
    public void Assess_ThroughAPipe_IsTheSame()
    {
        string file = Write(12_000, value => value & 1);

        ToolResult piped = CliProgram.Run(["entropy", "assess", "-", "--json"], input: File.ReadAllBytes(file));

        piped.Output.ShouldBe(CliProgram.Run("entropy", "assess", file, "--json").Output);
    }

    [Fact]
    public void Assess_Restarts_AreTestedToo()
    {
        string samples = Write(20_000, value => value & 1);
        string matrix = _scratch.File("restarts");
        File.WriteAllBytes(matrix, [.. Enumerable.Repeat(File.ReadAllBytes(samples)[..1000], 1000).SelectMany(row => row)]);

        ToolResult result = CliProgram.Run("entropy", "assess", samples, "--restarts", matrix);

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("Restart tests (§3.1.4): FAILED");
        result.Output.ShouldContain("Assessed: 0.0000");
    }

    [Fact]
    public void Assess_OneValue_IsAFinding()
    {
        ToolResult result = CliProgram.Run("entropy", "assess", Write(10_000, _ => 7));

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("Every sample has the same value.");
    }

    [Fact]
    public void Assess_UnfitInput_IsRefusedInOneLine()
    {
        string good = Write(10_000, value => value);
        Fails(CliProgram.Run("entropy", "assess", Write(9_999, value => value)), 2, "too few");
        Fails(CliProgram.Run("entropy", "assess", good, "--bits-per-symbol", "3"), 2, "needs more than 3 bits");
        Fails(CliProgram.Run("entropy", "assess", good, "--bits-per-symbol", "9"), 2, "--bits-per-symbol");
        Fails(CliProgram.Run("entropy", "assess", good, "--claimed-entropy", "0"), 2, "--claimed-entropy");
        Fails(CliProgram.Run("entropy", "assess", good, "--claimed-entropy", "NaN"), 2, "--claimed-entropy");
        Fails(CliProgram.Run("entropy", "assess", good, "--restarts", good), 2, "1,000 restarts");
        Fails(CliProgram.Run("entropy", "assess", _scratch.File("absent")), 5, "absent");
        Fails(CliProgram.Run("entropy", "assess", "/dev/zero"), 2, "head -c 1000000");
    }

    [Fact]
    public void Assess_WithoutFile_PointsToTheHelpOfTheCommand()
    {
        ToolResult result = CliProgram.Run("entropy", "assess");

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("Try 'imageprep entropy assess --help'.");
    }

    private static void Fails(ToolResult result, int code, string text)
    {
        result.ExitCode.ShouldBe(code, result.Error);
        result.Error.ShouldContain(text);
        result.Error.Trim().Split('\n').Length.ShouldBe(1, result.Error);
        result.Output.ShouldBeEmpty();
    }

    private string Write(int count, Func<int, int> shape)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        string path = _scratch.File($"noise-{count}");
        File.WriteAllBytes(path, Array.ConvertAll(bytes, value => (byte)shape(value)));
        return path;
    }
}
