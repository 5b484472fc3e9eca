using ImagePrep.Cli.Tests.Hostile;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>Guests whose files lead out of them, go in circles, or speak to the terminal.</summary>
public sealed class HostileGuestTests : IDisposable
{
    private readonly Confinement _confinement = new();

    public void Dispose() => _confinement.Dispose();

    [Theory]
    [InlineData("/absolute")]
    [InlineData("/etc/up")]
    [InlineData("/folder/shadow")]
    [InlineData("/../../etc/shadow")]
    public void Cat_LinkThatLeavesTheGuest_StaysInIt(string path)
    {
        GuestImage guest = Make(root =>
        {
            File.CreateSymbolicLink(root + "/absolute", "/etc/shadow");
            File.CreateSymbolicLink(root + "/etc/up", "../../../../../../../../etc/shadow");
            File.CreateSymbolicLink(root + "/folder", "/etc");
        });

        ConfinedRun run = Run(guest, "cat", path);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldBe(GuestImage.Shadow);
    }

    [Fact]
    public void TerminalEscapes_InNamesLabelsAndTexts_AreShownEscaped()
    {
        GuestImage guest = Make(root => Directory.CreateDirectory(root + "/" + GuestImage.Escapes));

        Run(guest, "ls", "/").Output.ShouldContain("\\x1b[31m");
        Run(guest, "cat", "/" + GuestImage.Escapes).Error.ShouldContain("\\x1b[31m");
        ConfinedRun inspected = Run(guest, "inspect");
        inspected.ExitCode.ShouldBeOneOf([0, 1], inspected.Error);
        inspected.Output.ShouldContain("label");
        Run(guest, "inspect", "--json").Output.ShouldNotContain("\\u001B[31m", Case.Insensitive);
    }

    [Fact]
    public void TerminalEscapes_InPartitionNames_AreShownEscaped()
    {
        Confinement.Require();
        string image = _confinement.Elsewhere("image");
        File.WriteAllBytes(image, new byte[4 << 20]);
        OutsideTool.Run("sgdisk", "-n", "1:2048:4095", "-c", $"1:{GuestImage.Escapes}name", image).EnsureSuccess("sgdisk");

        ConfinedRun run = _confinement.Run(["inspect", image], image).ShouldBeHarmless();

        run.ExitCode.ShouldBeOneOf([0, 1], run.Error);
    }

    [Fact]
    public void Cat_LinksInACircle_IsRefusedAsSuch()
    {
        GuestImage guest = Make(root =>
        {
            File.CreateSymbolicLink(root + "/one", "two");
            File.CreateSymbolicLink(root + "/two", "one");
        });

        Refused(guest, 5, "links that lead to each other", "cat", "/one");
    }

    [Fact]
    public void Cat_ExtentTreeThatLeadsToItself_IsCorrupt()
    {
        GuestImage guest = Make(root => File.WriteAllText(root + "/knot", "content"));
        guest.KnotExtents("/knot");

        Refused(guest, 4, "extent", "cat", "/knot");
        Run(guest, "ls", "/").ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Cat_ClusterChainThatLoops_IsCorrupt()
    {
        GuestImage guest = Make(_ => { });
        guest.AddFatWithLoop();

        Run(guest, "ls", "/boot/efi").Output.ShouldContain("LOOP.BIN");
        Refused(guest, 4, "chain", "cat", "/boot/efi/LOOP.BIN");
    }

    [Fact]
    public void Directory_ThatHoldsItsParent_IsWalkedAsFarAsThePathGoes()
    {
        GuestImage guest = Make(_ => { });
        guest.Debugfs("link <2> /etc/self");

        Run(guest, "ls", string.Concat(Enumerable.Repeat("/etc/self", 200)) + "/etc").Output.ShouldContain("shadow");
        Run(guest, "inspect").ExitCode.ShouldBeOneOf(0, 1);
    }

    [Fact]
    public void MountPointThatNoPathCanHold_IsPassedOver()
    {
        GuestImage guest = Make(root => File.WriteAllText(
            root + "/etc/fstab", $"/dev/sda1 /{new string('x', 300)} vfat defaults 0 0\n/dev/sda1 /{new string('y', 5000)} vfat defaults 0 0\n"));
        guest.AddFatWithLoop();

        Run(guest, "cat", "/etc/shadow").Output.ShouldBe(GuestImage.Shadow);
    }

    private GuestImage Make(Action<string> fill)
    {
        Confinement.Require();
        OutsideTool.Require("mke2fs", "debugfs", "mkfs.fat", "sgdisk");
        return GuestImage.Make(_confinement.Elsewhere("image"), fill);
    }

    private ConfinedRun Run(GuestImage guest, string command, params string[] more) =>
        _confinement.Run([command, guest.Path, .. more], guest.Path).ShouldBeHarmless();

    private void Refused(GuestImage guest, int exitCode, string reason, string command, string path)
    {
        ConfinedRun run = Run(guest, command, path);
        run.ExitCode.ShouldBe(exitCode, run.Output + run.Error);
        run.Error.ShouldContain(reason);
    }
}
