using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>A compressed golden image: the same disk in fewer bytes, for every kind of node that can be made of it.</summary>
public sealed class CompressTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("overlay", "qcow2")]
    [InlineData("standalone", "raw")]
    public void Prepare_Compressed_HoldsTheSameDiskInFewerBytes(string layout, string format)
    {
        OutsideTool.Require("qemu-img");
        string plain = Prepare("plain", []);
        string compressed = Prepare("compressed", ["--compress", "--count", "2", "--layout", layout, "--format", format]);

        OutsideTool.Run("qemu-img", "check", compressed).EnsureSuccess("qemu-img check");
        OutsideTool.Run("qemu-img", "compare", plain, compressed).EnsureSuccess("qemu-img compare");
        new FileInfo(compressed).Length.ShouldBeLessThan(new FileInfo(plain).Length);
        string[] nodes = Directory.GetFiles(_scratch.File("compressed/nodes"));
        nodes.Length.ShouldBe(2);
        string[] backing = layout == "overlay" ? ["--backing", compressed] : [];
        foreach (string node in nodes)
        {
            CliProgram.Run(["cat", node, "/etc/hostname", .. backing]).Output.ShouldStartWith("node-");
        }
    }

    [Fact]
    public void Stamp_StandaloneCopiesOfACompressedImage_AreRefusedWithTheReason()
    {
        Prepare("out", ["--compress"]);

        ToolResult stamp = CliProgram.Run("stamp", _scratch.File("out/golden.json"), "--count", "1", "--out", _scratch.File("more"), "--layout", "standalone");

        stamp.ExitCode.ShouldBe(2);
        stamp.Error.ShouldContain("--layout standalone: goes without a compressed golden image");
        Directory.Exists(_scratch.File("more")).ShouldBeFalse();
    }

    [Fact]
    public void Prepare_CompressedWithStandaloneNodes_IsMisuse()
    {
        ToolResult run = CliProgram.Run(
            "prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", _scratch.File("out"), "--compress", "--count", "1", "--layout", "standalone");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--compress");
        Directory.Exists(_scratch.File("out")).ShouldBeFalse();
    }

    private string Prepare(string name, string[] more)
    {
        CliProgram.Run(["prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", _scratch.File(name), .. more]).EnsureSuccess("prepare");
        return _scratch.File(name + "/golden.qcow2");
    }
}
