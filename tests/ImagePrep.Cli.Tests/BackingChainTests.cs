using System.Security.Cryptography;
using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>prepare on overlays: the golden image of what the guest would see, with every file of the chain pinned.</summary>
public sealed class BackingChainTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public BackingChainTests() => OutsideTool.Require("qemu-img", "qemu-io");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Prepare_ListedChain_EqualsItsMergedImageAndPinsEveryFile()
    {
        string raw = _scratch.File("base.raw");
        OutsideTool.Run("qemu-img", "convert", "-O", "raw", DemoBase.Path, raw).EnsureSuccess("qemu-img convert");
        string middle = Overlay("middle.qcow2", raw, "raw", sector: 92_000);
        string top = Overlay("top.qcow2", middle, "qcow2", sector: 93_000);
        string merged = _scratch.File("merged.qcow2");
        OutsideTool.Run("qemu-img", "convert", "-O", "qcow2", top, merged).EnsureSuccess("qemu-img convert");

        Prepare(merged, "alone").EnsureSuccess("prepare");
        ToolResult chained = Prepare(top, "chain", "--backing", middle, "--backing", raw).EnsureSuccess("prepare");
        Prepare(top, "again", "--backing", middle, "--backing", raw).EnsureSuccess("prepare");

        Digest(_scratch.File("chain/golden.qcow2")).ShouldBe(Digest(_scratch.File("alone/golden.qcow2")));
        File.ReadAllText(_scratch.File("again/golden.json")).ShouldBe(File.ReadAllText(_scratch.File("chain/golden.json")));
        JsonElement described = Base("chain");
        described.GetProperty("sha256").GetString().ShouldBe(Digest(top));
        described.GetProperty("backing").EnumerateArray()
            .Select(file => (file.GetProperty("format").GetString(), file.GetProperty("fileBytes").GetInt64(), file.GetProperty("sha256").GetString()))
            .ShouldBe([("qcow2", new FileInfo(middle).Length, Digest(middle)), ("raw", new FileInfo(raw).Length, Digest(raw))]);
        chained.Output.ShouldContain($"over qcow2  sha256 {Digest(middle)}");
        chained.Output.ShouldContain($"over raw  sha256 {Digest(raw)}");
        Base("alone").TryGetProperty("backing", out _).ShouldBeFalse();
    }

    [Fact]
    public void Prepare_ChainThatIsNotListed_IsRefused()
    {
        string top = Overlay("top.qcow2", DemoBase.Path, "qcow2", sector: 93_000);

        ToolResult result = Prepare(top, "out");

        result.ExitCode.ShouldBe(3);
        result.Error.ShouldContain("--backing");
        Directory.Exists(_scratch.File("out")).ShouldBeFalse();
    }

    [Fact]
    public void DryRunAndInspect_ShowTheChain()
    {
        string top = Overlay("top.qcow2", DemoBase.Path, "qcow2", sector: 93_000);

        string plan = CliProgram.Run("prepare", "--recipe", "debian-12", "--base", top, "--backing", DemoBase.Path, "--dry-run").EnsureSuccess("dry run").Output;
        string inspection = CliProgram.Run("inspect", top, "--backing", DemoBase.Path).Output;

        plan.ShouldContain("Base top.qcow2 (qcow2)\n  over base.qcow2 (qcow2)\n");
        inspection.ShouldContain("over base.qcow2: qcow2");
    }

    private ToolResult Prepare(string image, string output, params string[] more) =>
        CliProgram.Run(["prepare", "--recipe", "debian-12", "--base", image, "--out", _scratch.File(output), .. more]);

    /// <summary>An overlay with a sector of its own, in the swap area of the demo base.</summary>
    private string Overlay(string name, string backing, string format, long sector)
    {
        string path = _scratch.File(name);
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", backing, "-F", format, path).EnsureSuccess("qemu-img create");
        OutsideTool.Run("qemu-io", "-c", $"write -P 0x5a {sector * 512} 512", path).EnsureSuccess("qemu-io");
        return path;
    }

    private JsonElement Base(string output) =>
        JsonDocument.Parse(File.ReadAllText(_scratch.File($"{output}/golden.json"))).RootElement.GetProperty("base");

    private static string Digest(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
