using System.Text.Json.Nodes;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>A raw base that ends inside a sector: the sector is completed with zeros, as qemu-img convert does, and that is said.</summary>
public sealed class PartialSectorTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Prepare_AndInspect_TakeItAsWholeSectors()
    {
        string raw = _scratch.File("base.raw");
        OutsideTool.Run("qemu-img", "convert", "-O", "raw", DemoBase.Path, raw).EnsureSuccess("qemu-img convert");
        long whole = new FileInfo(raw).Length;
        using (FileStream file = new(raw, FileMode.Append))
        {
            file.Write(new byte[100]);
        }

        ToolResult prepared = CliProgram.Run(
            "prepare", "--recipe", "debian-12", "--base", raw, "--out", _scratch.File("out"), "--count", "1", "--layout", "standalone", "--format", "raw").EnsureSuccess("prepare");

        prepared.Error.ShouldContain("ends 100 bytes into a sector of 512");
        JsonNode golden = JsonNode.Parse(File.ReadAllText(_scratch.File("out/golden.json")))!;
        golden["base"]!["fileBytes"]!.GetValue<long>().ShouldBe(whole + 100);
        golden["base"]!["virtualBytes"]!.GetValue<long>().ShouldBe(whole + 512);
        OutsideTool.Run("qemu-img", "check", _scratch.File("out/golden.qcow2")).EnsureSuccess("qemu-img check");
        CliProgram.Run("inspect", raw).Output.ShouldContain("ends 100 bytes into a sector of 512");
    }
}
