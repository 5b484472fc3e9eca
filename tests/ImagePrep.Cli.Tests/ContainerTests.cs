using System.Security.Cryptography;
using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>Bases in formats of other hypervisors, through the commands.</summary>
public sealed class ContainerTests : IDisposable
{
    /// <summary>What all of them must come to: the golden image of the base as it is.</summary>
    private static readonly Lazy<string> PlainGolden = new(() =>
    {
        using ScratchFolder scratch = new();
        CliProgram.Run("prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", scratch.File("out")).EnsureSuccess("prepare");
        return Digest(scratch.File("out/golden.qcow2"));
    });

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("vhd", "vpc", "force_size=on")]
    [InlineData("vhdx", "vhdx", "subformat=dynamic")]
    [InlineData("vmdk", "vmdk", "subformat=streamOptimized")]
    [InlineData("vdi", "vdi", "static=off")]
    public void Prepare_Declared_GivesTheGoldenImageOfTheSameDisk(string name, string format, string options)
    {
        string image = Convert(format, options);

        Prepare(image, "converted", "--base-format", name).EnsureSuccess("prepare");

        Digest(_scratch.File("converted/golden.qcow2")).ShouldBe(PlainGolden.Value);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(_scratch.File("converted/report.json")));
        JsonElement described = report.RootElement.GetProperty("base");
        described.GetProperty("format").GetString().ShouldBe(name);
        described.GetProperty("sha256").GetString().ShouldBe(Digest(image));
        described.GetProperty("fileBytes").GetInt64().ShouldBe(new FileInfo(image).Length);
        described.GetProperty("converter").GetString().ShouldNotBeNull().ShouldStartWith("qemu-img version");
        Directory.GetFileSystemEntries(_scratch.File("converted"), ".*").ShouldBeEmpty();
    }

    [Fact]
    public void InspectListAndCat_Declared_ShowTheGuest()
    {
        string image = Convert("vmdk", "subformat=monolithicSparse");

        CliProgram.Run("inspect", image, "--image-format", "vmdk").Output.ShouldContain("vmdk");
        CliProgram.Run("ls", image, "/etc", "--image-format", "vmdk").EnsureSuccess("ls").Output.ShouldContain("os-release");
        CliProgram.Run("cat", image, "/etc/os-release", "--image-format", "vmdk").Output
            .ShouldBe(CliProgram.Run("cat", DemoBase.Path, "/etc/os-release").Output);
    }

    [Fact]
    public void Prepare_WithoutQemuImg_NamesThePackageAndTheCommand()
    {
        string image = Convert("vdi", "static=off");
        string dotnet = Path.GetDirectoryName(OutsideTool.Find("dotnet")!)!;
        string folder = _scratch.File("bin");
        Directory.CreateDirectory(folder);
        File.CreateSymbolicLink(Path.Combine(folder, "dotnet"), Path.Combine(dotnet, "dotnet"));

        ToolResult result = CliProgram.Run(
            ["prepare", "--recipe", "debian-12", "--base", image, "--base-format", "vdi", "--out", _scratch.File("out")],
            environment: new Dictionary<string, string> { ["PATH"] = folder });

        result.ExitCode.ShouldBe(3, result.Error);
        result.Error.ShouldContain("qemu-utils");
        result.Error.ShouldContain("qemu-img convert -f");
        Directory.Exists(_scratch.File("out")).ShouldBeFalse();
    }

    private ToolResult Prepare(string image, string output, params string[] more) =>
        CliProgram.Run(["prepare", "--recipe", "debian-12", "--base", image, "--out", _scratch.File(output), .. more]);

    private string Convert(string format, string options)
    {
        string path = _scratch.File("base.image");
        OutsideTool.Run("qemu-img", "convert", "-f", "qcow2", "-O", format, "-o", options, DemoBase.Path, path).EnsureSuccess("qemu-img convert");
        return path;
    }

    private static string Digest(string path) => System.Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
