using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>rngtest with each battery, as a person or a script meets it.</summary>
public sealed class RngTestCommandTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Exact_GoodSeed_PassesAndSaysWithWhatBounds()
    {
        ToolResult result = CliProgram.Run("rngtest", "--battery", "exact", Data(512));

        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain("One sample of 512 bytes: passed");
        result.Output.ShouldContain("1e-6");
        result.Output.ShouldContain("1,892 to 2,204");
        result.Output.ShouldContain("at most 31");
    }

    [Fact]
    public void Exact_ZerosAsJson_FailsWithEveryBound()
    {
        string path = _scratch.File("zeros");
        File.WriteAllBytes(path, new byte[512]);

        ToolResult result = CliProgram.Run("rngtest", "--battery", "exact", "--alpha", "1e-4", "--json", path);

        result.ExitCode.ShouldBe(1);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        json.RootElement.GetProperty("battery").GetString().ShouldBe("exact");
        json.RootElement.GetProperty("passed").GetBoolean().ShouldBeFalse();
        json.RootElement.GetProperty("alpha").GetDouble().ShouldBe(1e-4);
        JsonElement ones = json.RootElement.GetProperty("tests").EnumerateArray().First();
        ones.GetProperty("value").GetDouble().ShouldBe(0);
        ones.GetProperty("low").GetDouble().ShouldBe(1924);
        ones.GetProperty("high").GetDouble().ShouldBe(2172);
    }

    [Fact]
    public void Sp80022_TwoSequences_ArePassedWithAWordOnHowLittleThatIs()
    {
        ToolResult result = CliProgram.Run("rngtest", "--battery", "sp800-22", Data(250_000));

        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain("2 sequences of 1,000,000 bits: passed");
        result.Output.ShouldContain("gross faults only");
        result.Output.ShouldContain("linear complexity");
    }

    [Fact]
    public void Sp80022_CounterAsJson_Fails()
    {
        string path = _scratch.File("counter");
        File.WriteAllBytes(path, [.. Enumerable.Range(0, 131_072).Select(i => (byte)i)]);

        ToolResult result = CliProgram.Run("rngtest", "--battery", "sp800-22", "--sequence-bits", "1048576", "--json", path);

        result.ExitCode.ShouldBe(1, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        json.RootElement.GetProperty("sequenceBits").GetInt32().ShouldBe(1_048_576);
        json.RootElement.GetProperty("sequences").GetInt32().ShouldBe(1);
        json.RootElement.GetProperty("series").GetArrayLength().ShouldBe(13);
    }

    [Theory]
    [InlineData("--alpha", "1e-6")]
    [InlineData("--battery", "exact", "--blocks", "3")]
    [InlineData("--battery", "exact", "--alpha", "0.5")]
    [InlineData("--battery", "exact", "--alpha", "nan")]
    [InlineData("--battery", "sp800-22", "--alpha", "1e-6")]
    [InlineData("--battery", "sp800-22", "--sequence-bits", "1000016")]
    [InlineData("--battery", "sp800-22", "--sequence-bits", "100")]
    [InlineData("--battery", "exact")]
    [InlineData("--battery", "sp800-22")]
    [InlineData("--battery", "diehard")]
    [InlineData("--blocks", "0")]
    public void Misuse_IsAUsageErrorInOneLine(params string[] options)
    {
        ToolResult result = CliProgram.Run(["rngtest", .. options, Data(3_000)]);

        result.ExitCode.ShouldBe(2, result.Output);
        result.Error.Split('\n')[0].ShouldStartWith("imageprep: ");
        result.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public void ClosedStandardInput_IsAnErrorOfInput()
    {
        ToolResult result = OutsideTool.Run("sh", ["-c", "exec \"$@\" <&-", "sh", .. CliProgram.Command, "rngtest"], seconds: 30);

        result.ExitCode.ShouldBe(5, result.Error);
        result.Error.ShouldContain("Standard input is closed");
    }

    [Fact]
    public void Blocks_TooFewBytes_IsNoPass() => CliProgram.Run("rngtest", Data(100)).ExitCode.ShouldBe(1);

    private string Data(int length)
    {
        string path = _scratch.File("data");
        byte[] bytes = new byte[length];
        new Random(77).NextBytes(bytes);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
