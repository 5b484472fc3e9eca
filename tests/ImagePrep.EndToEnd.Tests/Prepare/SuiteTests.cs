using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>Every recipe on a real image of its release: prepared, judged by e2fsck and qemu-img, booted.</summary>
public sealed class SuiteTests
{
    [Theory]
    [InlineData("bullseye", "legacy63", "debian-11")]
    [InlineData("bookworm", "gpt", "debian-12")]
    public void Recipe_PreparesItsRelease_AndANodeBoots(string suite, string layout, string recipe) => Check(suite, layout, recipe);

    // Explicit: Debian 13 boots in the tests of its guests, several times.
    [Fact(Explicit = true)]
    public void Recipe_PreparesTrixie_AndANodeBoots() => Check("trixie", "legacy63", "debian-13");

    private static void Check(string suite, string layout, string recipe)
    {
        OutsideTool.Require("qemu-system-x86_64", "qemu-img", "e2fsck", "sfdisk");
        using ScratchFolder scratch = new();
        string output = scratch.File("out");
        CliProgram.Run("prepare", "--recipe", recipe, "--base", TestKit.RealBase.Image(suite, layout), "--out", output, "--count", "1").EnsureSuccess("imageprep prepare");
        string disk = scratch.File("node.raw");
        OutsideTool.Run("qemu-img", ["convert", "-O", "raw", Path.Combine(output, "nodes", "node-1.qcow2"), disk], seconds: 300).EnsureSuccess("qemu-img convert");
        OutsideTool.Run("sfdisk", "--verify", disk).EnsureSuccess("sfdisk --verify");
        DebugLog.AddTo(disk);

        BootedGuest guest = BootedGuest.Boot(disk);

        guest.HostName.ShouldBe("node-1");
        guest.ShouldBeInOrder();
        guest.ShouldHaveCreditedItsSeed(poolFillsEarly: suite == "bullseye");
        guest.FirstBoot.ShouldBeFalse();
    }
}
