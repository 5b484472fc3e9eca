using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

public sealed class DashSeedrngCreditTests() : SeedrngCreditTests(GuestShell.Dash);

public sealed class BusyBoxSeedrngCreditTests() : SeedrngCreditTests(GuestShell.BusyBox);

/// <summary>Boots a guest whose seed seedrng loads: it credits one file name and not the other, and writes the next seed itself.</summary>
public abstract class SeedrngCreditTests : IDisposable
{
    private const string Credited = "var/lib/seedrng/seed.credit";
    private const string NotCredited = "var/lib/seedrng/seed.no-credit";
    private const string Uuid = "4c4c4544-0044-4810-8031-b4c04f4d4e32";
    private const string Stamp = "# imageprep node 1\nIMAGEPREP_NODE=node-1\nUUID=" + Uuid + "\nNONCE=0011\n\n";

    private readonly GuestRoot _guest;

    private protected SeedrngCreditTests(GuestShell shell)
    {
        _guest = new GuestRoot(shell);
        _guest.Write("etc/imageprep/seed-credit", "");
        _guest.Write("etc/imageprep/node.conf", Stamp);
        _guest.Write("sys/class/dmi/id/product_uuid", Uuid + "\n");
        _guest.Write(NotCredited, "the stamped seed");
    }

    public void Dispose()
    {
        _guest.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void FirstBoot_StampedNodeOnItsMachine_GivesTheSeedTheNameThatIsCredited()
    {
        Mix().ShouldBe("mix=ok credit=yes reason=bound");
        _guest.Read(Credited).ShouldBe("the stamped seed");
        _guest.Exists(NotCredited).ShouldBeFalse();
        _guest.Mode("var/lib/seedrng").ShouldBe("700");
    }

    [Fact]
    public void LaterBoot_SeedThatSeedrngFoundWorthCrediting_StaysCredited()
    {
        Mix();
        LoadAndWrite(Credited);
        Mix().ShouldBe("mix=ok credit=yes reason=bound");
        _guest.Read(Credited).ShouldBe("the next seed");
    }

    /// <summary>What seedrng wrote before the pool was ready is no secret of full strength.</summary>
    [Fact]
    public void LaterBoot_SeedThatSeedrngFoundUnworthy_IsNeverPromoted()
    {
        Mix();
        LoadAndWrite(NotCredited);
        Mix().ShouldBe("mix=ok credit=no reason=seed-is-missing");
        _guest.Read(NotCredited).ShouldBe("the next seed");
        _guest.Exists(Credited).ShouldBeFalse();
    }

    [Fact]
    public void GoldenImage_ThatHasRun_LosesTheCreditThatSeedrngGaveIt()
    {
        _guest.Write("etc/imageprep/node.conf", TemplateFolder.Slot("node.conf"));
        _guest.Write(NotCredited, TemplateFolder.Slot("seed"));
        Mix().ShouldBe("mix=ok credit=no reason=not-stamped");
        _guest.Exists(Credited).ShouldBeFalse();
        LoadAndWrite(Credited);
        Mix().ShouldBe("mix=ok credit=no reason=not-stamped");
        _guest.Read(NotCredited).ShouldBe("the next seed");
        _guest.Exists(Credited).ShouldBeFalse();
    }

    /// <summary>A seed that was loaded on the wrong machine has been used: back on the right one it does not count either.</summary>
    [Fact]
    public void Seed_LoadedOnAnotherMachineFirst_IsNotPromotedOnItsOwn()
    {
        _guest.Write("sys/class/dmi/id/product_uuid", "00000000-0044-4810-8031-b4c04f4d4e32\n");
        Mix().ShouldBe("mix=ok credit=no reason=other-uuid");
        _guest.Read(NotCredited).ShouldBe("the stamped seed");
        _guest.Write("sys/class/dmi/id/product_uuid", Uuid + "\n");
        Mix().ShouldBe("mix=ok credit=no reason=seed-is-missing");
        _guest.Exists(Credited).ShouldBeFalse();
    }

    [Fact]
    public void Seed_ThatWouldBeLostUnderItsNewName_IsMixedFirst()
    {
        _guest.Write(Credited, "what stood there before");
        Mix().ShouldBe("mix=ok credit=yes reason=bound");
        _guest.Read(Credited).ShouldBe("the stamped seed");
        _guest.Read("dev/urandom").ShouldContain("what stood there before");
    }

    [Fact]
    public void Credit_NotAskedFor_IsTakenBackFromSeedrngToo()
    {
        File.Delete(_guest.Location("etc/imageprep/seed-credit"));
        _guest.Write(Credited, "the next seed");
        Mix().ShouldBe("mix=ok credit=no reason=not-asked");
        _guest.Exists(Credited).ShouldBeFalse();
    }

    /// <summary>Where it cannot be noted that the seed counted, it would count again at every boot.</summary>
    [Fact]
    public void Credit_StateThatCannotBeWritten_IsRefused()
    {
        _guest.Write("var/lib/imageprep", "a file where a folder should be");
        Mix().ShouldBe("mix=ok credit=no reason=read-only");
        _guest.Exists(Credited).ShouldBeFalse();
    }

    private string Mix()
    {
        ToolResult result = _guest.Run(TemplateFolder.Mix, "--seed", "/var/lib/seedrng/seed.no-credit", "--credit", "rename");
        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        return result.Output.TrimEnd('\n');
    }

    /// <summary>What seedrng does to the folder: it unlinks both seeds once they are read and leaves one.</summary>
    private void LoadAndWrite(string name)
    {
        File.Delete(_guest.Location(Credited));
        File.Delete(_guest.Location(NotCredited));
        _guest.Write(name, "the next seed");
    }
}
