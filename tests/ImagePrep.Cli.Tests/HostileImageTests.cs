using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>Images that name other files of the host: the kernel is asked which files the program really opened.</summary>
public sealed class HostileImageTests
{
    [Theory]
    [InlineData("inspect")]
    [InlineData("ls")]
    [InlineData("cat")]
    [InlineData("prepare")]
    public void ImageThatNamesAnotherFile_IsRefusedWithoutOpeningIt(string command)
    {
        OutsideTool.Require("strace", "qemu-img");
        using ScratchFolder scratch = new();
        string secret = scratch.File("secret");
        File.WriteAllText(secret, "of the host");
        string overlay = scratch.File("overlay.qcow2");
        string external = scratch.File("external.qcow2");
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", secret, "-F", "raw", overlay, "1M").EnsureSuccess("qemu-img create");
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={scratch.File("data")}", external, "1M").EnsureSuccess("qemu-img create");
        foreach ((string image, string named) in new[] { (overlay, secret), (external, scratch.File("data")) })
        {
            string[] arguments = command switch
            {
                "prepare" => ["prepare", "--recipe", "debian-12", "--base", image, "--out", scratch.File("out")],
                "inspect" => ["inspect", image],
                _ => [command, image, "/etc/passwd"],
            };

            ToolResult result = OutsideTool.Run(
                "strace", ["-f", "-qq", "-e", "trace=openat,open", "-o", scratch.File("trace"), .. CliProgram.Command, .. arguments], seconds: 120);

            result.ExitCode.ShouldBe(3, result.Output + result.Error);
            result.Error.ShouldContain(named);
            string trace = File.ReadAllText(scratch.File("trace"));
            trace.ShouldContain(image);
            trace.ShouldNotContain(named);
        }
    }

    [Fact]
    public void BackingOption_OpensWhatIsListed()
    {
        using ScratchFolder scratch = new();
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", "elsewhere.qcow2", "-F", "qcow2", scratch.File("top.qcow2"), "64M").EnsureSuccess("qemu-img create");

        ToolResult listed = CliProgram.Run("inspect", scratch.File("top.qcow2"), "--backing", DemoBase.Path);

        listed.ExitCode.ShouldBeOneOf([0, 1], listed.Error);
        listed.Output.ShouldContain("elsewhere.qcow2");
        CliProgram.Run("inspect", scratch.File("top.qcow2")).ExitCode.ShouldBe(3);
    }
}
