using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>A base whose machine lost its power: prepared all the same, without a boot, and sound afterwards.</summary>
public sealed class PowerCutTests
{
    [Fact]
    public void Prepare_OfABaseThatWasNotShutDown_FinishesItsJournal()
    {
        OutsideTool.Require("qemu-system-x86_64", "qemu-img", "e2fsck");
        using ScratchFolder scratch = new();
        string disk = scratch.File("base.raw");
        OutsideTool.Run("qemu-img", ["convert", "-O", "raw", PreparedDebian.BaseImage, disk], seconds: 300).EnsureSuccess("qemu-img convert");
        using (QemuGuest guest = QemuGuest.Start(new QemuOptions { Image = disk, Snapshot = false }))
        {
            guest.WaitForLogin();
            guest.Run("for i in $(seq 50); do mkdir /srv/d$i; echo $i > /srv/d$i/file; done; sync; rm -r /srv/d1*; echo kept > /srv/kept; sync -d /srv/kept /srv")
                .EnsureSuccess("writing in the guest");
            guest.Kill();
        }

        CliProgram.Run("inspect", disk).Output.ShouldContain("The machine was not shut down.");
        string output = scratch.File("out");
        CliProgram.Run("prepare", "--recipe", "debian-12", "--base", disk, "--out", output).EnsureSuccess("imageprep prepare");

        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(output, "golden.json")));
        JsonElement root = golden.RootElement.GetProperty("tableBefore").GetProperty("partitions")[1];
        root.GetProperty("recovery").GetString()!.ShouldContain("journal transaction");
        string image = Path.Combine(output, "golden.qcow2");
        CliProgram.Run("cat", image, "/srv/kept").Output.ShouldBe("kept\n");
        CliProgram.Run("ls", image, "/srv/d1").ExitCode.ShouldNotBe(0);
        string raw = scratch.File("golden.raw");
        OutsideTool.Run("qemu-img", ["convert", "-O", "raw", image, raw], seconds: 300).EnsureSuccess("qemu-img convert");
        long offset = golden.RootElement.GetProperty("tableAfter").GetProperty("partitions")[1].GetProperty("firstSector").GetInt64() * 512;
        E2fsck.ShouldBeSilent($"{raw}?offset={offset}");
    }
}
