using System.Text;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

public sealed class DashMixTests() : MixTests(GuestShell.Dash);

public sealed class BashMixTests() : MixTests(GuestShell.Bash);

public sealed class BusyBoxMixTests() : MixTests(GuestShell.BusyBox);

/// <summary>Runs the guest's mixing script in a folder that looks like a guest, for an init that credits through a variable.</summary>
public abstract class MixTests : IDisposable
{
    private const string Uuid = "4c4c4544-0044-4810-8031-b4c04f4d4e32";
    private const string Header = "# imageprep node 1\n";
    private const string Stamp = Header + "IMAGEPREP_NODE=node-1\n";
    private const string Nonce = "NONCE=00112233445566778899aabbccddeeff\n";

    private static readonly string[] Systemd = ["--seed", "/var/lib/systemd/random-seed", "--credit", "environment"];

    private readonly GuestShell _shell;
    private readonly GuestRoot _guest;

    private protected MixTests(GuestShell shell)
    {
        _shell = shell;
        _guest = new GuestRoot(shell);
        _guest.Write("etc/imageprep/seed-credit", "");
        _guest.Write("var/lib/systemd/random-seed", [.. Enumerable.Range(0, 512).Select(index => (byte)(index * 7))]);
        _guest.Write("sys/class/dmi/id/product_uuid", Uuid + "\n");
        _guest.Write("sys/class/net/lo/address", "00:00:00:00:00:00\n");
        _guest.Write("sys/class/net/ens2/address", "52:54:00:aa:bb:01\n");
    }

    public void Dispose()
    {
        _guest.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(Stamp + Nonce, "not-bound")]
    [InlineData(Stamp + "UUID=" + Uuid + "\n" + Nonce, "bound")]
    [InlineData(Stamp + "UUID=4C4C4544-0044-4810-8031-B4C04F4D4E32\n" + Nonce, "bound")]
    [InlineData(Stamp + "MACS=52:54:00:aa:bb:01\n" + Nonce, "bound")]
    [InlineData(Stamp + "MACS=52:54:00:00:00:07,52:54:00:AA:BB:01\n" + Nonce, "bound")]
    [InlineData(Stamp + "UUID=" + Uuid + "\nMACS=52:54:00:aa:bb:01\n" + Nonce + "SITE_RACK=7\n", "bound")]
    public void Credit_StampedNodeOnItsMachine_IsGiven(string conf, string reason)
    {
        _guest.Write("etc/imageprep/node.conf", Padded(conf));
        Run().ShouldBe($"mix=ok credit=yes reason={reason}");
        _guest.Read("run/imageprep/credit.env").ShouldBe("SYSTEMD_RANDOM_SEED_CREDIT=1\n");
    }

    [Theory]
    [InlineData(Stamp + "UUID=00000000-0044-4810-8031-b4c04f4d4e32\n" + Nonce, "other-uuid")]
    [InlineData(Stamp + "UUID=4c4c4544\n" + Nonce, "other-uuid")]
    [InlineData(Stamp + "UUID=.*\n" + Nonce, "other-uuid")]
    [InlineData(Stamp + "MACS=52:54:00:aa:bb:02\n" + Nonce, "other-mac")]
    [InlineData(Stamp + "MACS=52:54:00:aa:bb\n" + Nonce, "other-mac")]
    [InlineData(Stamp + "MACS=*\n" + Nonce, "other-mac")]
    [InlineData(Stamp + "UUID=" + Uuid + "\nMACS=52:54:00:aa:bb:02\n" + Nonce, "other-mac")]
    [InlineData(Stamp + "UUID=00000000-0044-4810-8031-b4c04f4d4e32\nMACS=52:54:00:aa:bb:01\n" + Nonce, "other-uuid")]
    [InlineData(Stamp, "not-stamped")]
    [InlineData(Header + Nonce, "not-stamped")]
    [InlineData("IMAGEPREP_NODE=node-1\n" + Nonce, "not-stamped")]
    [InlineData("# imageprep node 2\nIMAGEPREP_NODE=node-1\n" + Nonce, "not-stamped")]
    [InlineData(Header + "\nIMAGEPREP_NODE=node-1\n" + Nonce, "not-stamped")]
    [InlineData("", "not-stamped")]
    public void Credit_OtherwiseThanThat_IsRefused(string conf, string reason)
    {
        _guest.Write("etc/imageprep/node.conf", Padded(conf));
        _guest.Write("run/imageprep/credit.env", "SYSTEMD_RANDOM_SEED_CREDIT=1\n");
        Run().ShouldBe($"mix=ok credit=no reason={reason}");
        _guest.Exists("run/imageprep/credit.env").ShouldBeFalse();
    }

    /// <summary>On a slow machine no network driver at all is loaded yet: the short wait begins when the first one is.</summary>
    [Fact]
    public void Credit_InterfaceThatComesLate_IsWaitedFor()
    {
        Directory.Move(_guest.Location("sys/class/net/ens2"), _guest.Location("later"));
        _guest.Write("etc/imageprep/node.conf", Padded(Stamp + "MACS=52:54:00:aa:bb:01\n" + Nonce));
        string comes = $"(sleep 2; mv {_guest.Location("later")} {_guest.Location("sys/class/net/ens2")}) & exec \"$@\"";
        RunAfter("env", "IMAGEPREP_MAC_WAIT=1", "sh", "-c", comes, "sh").ShouldBe("mix=ok credit=yes reason=bound\n");
    }

    [Fact]
    public void Credit_InterfaceThatNeverComes_IsNotWaitedForLongerThanThat()
    {
        Directory.Delete(_guest.Location("sys/class/net/ens2"), recursive: true);
        _guest.Write("etc/imageprep/node.conf", Padded(Stamp + "MACS=52:54:00:aa:bb:01\n" + Nonce));
        RunAfter("timeout", "20", "env", "IMAGEPREP_INTERFACE_WAIT=1", "IMAGEPREP_MAC_WAIT=60").ShouldBe("mix=ok credit=no reason=other-mac\n");
    }

    [Fact]
    public void Credit_GoldenImage_IsRefused()
    {
        _guest.Write("etc/imageprep/node.conf", TemplateFolder.Slot("node.conf"));
        _guest.Write("var/lib/systemd/random-seed", TemplateFolder.Slot("seed"));
        Run().ShouldBe("mix=ok credit=no reason=not-stamped");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Credit_SeedWithOneLineLeftOfItsPlaceholder_IsRefused(int line)
    {
        byte[] seed = new byte[512];
        new Random(1).NextBytes(seed);
        TemplateFolder.Slot("seed").AsSpan(line * 64, 64).CopyTo(seed.AsSpan(line * 64));
        seed.AsSpan(Math.Max(0, line * 64 - 40), line == 0 ? 0 : 40).Clear();
        _guest.Write("var/lib/systemd/random-seed", seed);
        _guest.Write("etc/imageprep/node.conf", Padded(Stamp + Nonce));
        Run().ShouldBe("mix=ok credit=no reason=seed-is-placeholder");
    }

    [Fact]
    public void Credit_SeedMissingOrEmpty_IsRefused()
    {
        _guest.Write("etc/imageprep/node.conf", Padded(Stamp + Nonce));
        _guest.Write("var/lib/systemd/random-seed", "");
        Run().ShouldBe("mix=ok credit=no reason=seed-is-missing");
        File.Delete(_guest.Location("var/lib/systemd/random-seed"));
        Run().ShouldBe("mix=ok credit=no reason=seed-is-missing");
    }

    [Fact]
    public void Credit_NotAskedFor_IsRefused()
    {
        _guest.Write("etc/imageprep/node.conf", Padded(Stamp + Nonce));
        File.Delete(_guest.Location("etc/imageprep/seed-credit"));
        Run().ShouldBe("mix=ok credit=no reason=not-asked");
        _guest.Exists("run/imageprep/credit.env").ShouldBeFalse();
    }

    [Fact]
    public void Credit_InitThatCannot_IsRefusedAndTheSeedIsMixed()
    {
        _guest.Write("etc/imageprep/node.conf", Padded(Stamp + Nonce));
        _guest.Write("var/lib/random-seed", "the seed of this node");
        Run("--seed", "/var/lib/random-seed", "--credit", "none").ShouldBe("mix=ok credit=no reason=not-possible");
        _guest.Read("dev/urandom").ShouldContain("the seed of this node");
    }

    /// <summary>systemd loads the seed itself, after what was mixed and not before.</summary>
    [Fact]
    public void Pool_OnSystemd_IsNotGivenTheSeed()
    {
        _guest.Write("var/lib/systemd/random-seed", "the seed of this node");
        Run();
        _guest.Read("dev/urandom").ShouldNotContain("the seed of this node");
    }

    [Theory]
    [InlineData]
    [InlineData("--seed", "/var/lib/random-seed")]
    [InlineData("--credit", "none")]
    [InlineData("--seed", "/var/lib/random-seed", "--credit", "force")]
    [InlineData("--seed", "/var/lib/random-seed", "--credit", "none", "more")]
    public void Arguments_OtherThanASeedAndItsCredit_PrintUsage(params string[] arguments)
    {
        ToolResult result = _guest.Run(TemplateFolder.Mix, arguments);
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldStartWith("usage: mix ");
        _guest.Read("dev/urandom").ShouldBeEmpty();
    }

    /// <summary>Red Hat 6 has no /run, and what is in /var/run outlives the boot.</summary>
    [Fact]
    public void Findings_OfTheLastBoot_AreRemovedWhereverTheyAreKept()
    {
        Directory.Delete(_guest.Location("run"));
        _guest.Write("var/run/imageprep/credit.env", "SYSTEMD_RANDOM_SEED_CREDIT=1\n");
        _guest.Write("var/run/imageprep/keys-not-before", "99999\n");
        _guest.Write("var/run/imageprep/keygen-ssh.status", "failed\n");
        _guest.Run(TemplateFolder.Mix, Systemd).ExitCode.ShouldBe(0);
        _guest.Names("var/run/imageprep").ShouldBe(["mix.status"]);
        Directory.Exists(_guest.Location("run")).ShouldBeFalse();
    }

    /// <summary>The values come from a file that others may write: they must never reach the shell as program text.</summary>
    [Fact]
    public void NodeConf_ShellInItsValues_IsNotRun()
    {
        string trap = $"$(touch {_guest.Location("ran")})`touch {_guest.Location("ran")}`; touch {_guest.Location("ran")}";
        _guest.Write("etc/imageprep/node.conf", Padded($"{Header}IMAGEPREP_NODE={trap}\nUUID={trap}\nMACS={trap}\nNONCE={trap}\n"));
        Run().ShouldBe("mix=ok credit=no reason=other-uuid");
        _guest.Exists("ran").ShouldBeFalse();
    }

    [Fact]
    public void Pool_EverySourceOfTheMachine_ReachesIt()
    {
        string[] sources =
        [
            "etc/imageprep/node.conf", "etc/machine-id", "sys/firmware/dmi/tables/DMI", "sys/class/dmi/id/board_serial",
            "proc/device-tree/serial-number", "sys/class/net/ens9/address", "sys/block/vda/serial", "sys/block/sda/device/wwid",
            "proc/sys/kernel/random/boot_id", "proc/sys/kernel/hostname", "proc/uptime", "proc/interrupts",
        ];
        foreach (string source in sources)
        {
            _guest.Write(source, $"content of {source}\n");
        }

        Run();
        string pool = Encoding.Latin1.GetString(File.ReadAllBytes(_guest.Location("dev/urandom")));
        sources.ShouldAllBe(source => pool.Contains($"content of {source}\n"));
    }

    /// <summary>Twice the uptime at most, or a minute once Linux reseeds every minute; nothing to wait for when the pool was not ready.</summary>
    [Theory]
    [InlineData("256", "7.42", "19\n")]
    [InlineData("256", "90.00", "155\n")]
    [InlineData("84", "7.42", null)]
    public void Pool_ReadyBeforeMixing_HoldsKeysBackUntilTheNextReseed(string bits, string uptime, string? expected)
    {
        _guest.Write("proc/sys/kernel/random/entropy_avail", bits + "\n");
        _guest.Write("proc/uptime", uptime + " 3.00\n");
        Run();
        (_guest.Exists("run/imageprep/keys-not-before") ? _guest.Read("run/imageprep/keys-not-before") : null).ShouldBe(expected);
    }

    [Fact]
    public void Machine_WithNoneOfTheSources_IsMixedAllTheSame()
    {
        using GuestRoot bare = new(_shell);
        bare.Write("etc/imageprep/seed-credit", "");
        ToolResult result = bare.Run(TemplateFolder.Mix, Systemd);
        result.ExitCode.ShouldBe(0, result.Error);
        bare.Read("run/imageprep/mix.status").ShouldBe("mix=ok credit=no reason=not-stamped\n");
        new FileInfo(bare.Location("dev/urandom")).Length.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Pool_ThatCannotBeWritten_IsReported()
    {
        File.Delete(_guest.Location("dev/urandom"));
        Directory.CreateDirectory(_guest.Location("dev/urandom"));
        ToolResult result = _guest.Run(TemplateFolder.Mix, Systemd);
        result.ExitCode.ShouldBe(1);
        _guest.Read("run/imageprep/mix.status").ShouldStartWith("mix=failed ");
    }

    private static byte[] Padded(string text)
    {
        byte[] slot = new byte[4096];
        slot.AsSpan().Fill((byte)'\n');
        Encoding.UTF8.GetBytes(text, slot);
        return slot;
    }

    private string RunAfter(params string[] starter) => _guest.RunWithin(60, starter, [TemplateFolder.Mix, .. Systemd]).Output;

    /// <summary>Runs the script, as on systemd unless told otherwise, and gives the line it left for `imageprep-keygen status`.</summary>
    private string Run(params string[] arguments)
    {
        ToolResult result = _guest.Run(TemplateFolder.Mix, arguments.Length > 0 ? arguments : Systemd);
        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        string line = _guest.Read("run/imageprep/mix.status");
        result.Output.ShouldBe(line);
        return line.TrimEnd('\n');
    }
}
