using System.Text.Json.Nodes;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>Nodes from a golden image that was prepared earlier, wherever the two folders lie.</summary>
public sealed class StampTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Stamp_BelowALinkedFolder_MakesOverlaysThatOpen()
    {
        Prepare("golden");
        Directory.CreateDirectory(_scratch.File("far/away/store"));
        Directory.CreateSymbolicLink(_scratch.File("link"), _scratch.File("far/away/store"));
        Directory.CreateSymbolicLink(_scratch.File("images"), "golden");

        Stamp(_scratch.File("images/golden.json"), _scratch.File("link/out")).EnsureSuccess("stamp");

        foreach (string folder in (string[])["far/away/store", "link"])
        {
            OutsideTool.Run("qemu-img", "info", "--backing-chain", _scratch.File($"{folder}/out/nodes/node-1.qcow2")).EnsureSuccess("qemu-img info")
                .Output.Split('\n').Count(line => line.StartsWith("image: ", StringComparison.Ordinal)).ShouldBe(2);
        }
    }

    [Fact]
    public void Stamp_TooFarFromTheGoldenImage_IsRefusedWithTheReason()
    {
        Prepare("golden");
        string deep = _scratch.Path;
        for (int i = 0; i < 5; i++)
        {
            deep = Path.Combine(deep, new string('d', 240));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(deep)!);
        Directory.Move(_scratch.File("golden"), deep);

        ToolResult result = Stamp(Path.Combine(deep, "golden.json"), _scratch.File("out"));

        result.ExitCode.ShouldBe(5, result.Error);
        result.Error.ShouldContain("more than fit into an overlay");
        Directory.Exists(_scratch.File("out")).ShouldBeFalse();
    }

    [Fact]
    public void Stamp_DocumentWithoutTheSeedSlot_IsRefused()
    {
        Prepare("golden");
        JsonNode document = JsonNode.Parse(File.ReadAllText(_scratch.File("golden/golden.json")))!;
        document["slots"]!.AsArray().RemoveAll(slot => slot!["name"]!.GetValue<string>() == "seed");
        File.WriteAllText(_scratch.File("golden/golden.json"), document.ToJsonString());

        ToolResult result = Stamp(_scratch.File("golden/golden.json"), _scratch.File("out"));

        result.ExitCode.ShouldBe(1, result.Error);
        result.Error.ShouldContain("has no slot seed");
    }

    [Fact]
    public void Stamp_DocumentWithNulls_IsAUsageError()
    {
        Prepare("golden");
        JsonNode document = JsonNode.Parse(File.ReadAllText(_scratch.File("golden/golden.json")))!;
        document["slots"]![0]!["ranges"]!.AsArray()[0] = null;
        File.WriteAllText(_scratch.File("golden/golden.json"), document.ToJsonString());

        ToolResult result = Stamp(_scratch.File("golden/golden.json"), _scratch.File("out"));

        result.ExitCode.ShouldBe(2, result.Error);
        result.Error.ShouldContain("slots[0].ranges[0]: is null");
    }

    private void Prepare(string name) =>
        CliProgram.Run("prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", _scratch.File(name)).EnsureSuccess("prepare");

    private static ToolResult Stamp(string golden, string output) => CliProgram.Run("stamp", golden, "--count", "1", "--out", output);
}
