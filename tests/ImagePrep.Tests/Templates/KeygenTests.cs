using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

public sealed class DashKeygenTests() : KeygenTests(GuestShell.Dash);

public sealed class BashKeygenTests() : KeygenTests(GuestShell.Bash);

public sealed class BusyBoxKeygenTests() : KeygenTests(GuestShell.BusyBox);

/// <summary>Runs the guest's key generation script, with the real ssh-keygen, in a folder that looks like a guest: OpenSSH's keys.</summary>
public abstract class KeygenTests : IDisposable
{
    private const string Rsa = "etc/ssh/ssh_host_rsa_key";
    private const string Ecdsa = "etc/ssh/ssh_host_ecdsa_key";
    private const string Ed25519 = "etc/ssh/ssh_host_ed25519_key";

    private readonly GuestRoot _guest;

    private protected KeygenTests(GuestShell shell)
    {
        OutsideTool.Require("ssh-keygen");
        _guest = new GuestRoot(shell);
    }

    public void Dispose()
    {
        _guest.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Ssh_NoKeys_MakesTheDefaultSetWithItsModes()
    {
        Run("ssh").ExitCode.ShouldBe(0);
        foreach (string key in new[] { Rsa, Ecdsa, Ed25519 })
        {
            _guest.Mode(key).ShouldBe("600");
            _guest.Mode(key + ".pub").ShouldBe("644");
            string fromPrivate = OutsideTool.Run("ssh-keygen", "-y", "-f", _guest.Location(key)).EnsureSuccess("ssh-keygen").Output;
            _guest.Read(key + ".pub").ShouldStartWith(string.Join(' ', fromPrivate.Split(' ')[..2]).TrimEnd('\n'));
            _guest.Read(key + ".pub").ShouldContain(" root@");
        }

        Names("etc/ssh").ShouldNotContain(name => name.StartsWith('.'));
        Run("status").Output.ShouldBe("keygen=ok ssh=3/3 dropbear=none snakeoil=none guard=none mix=none\n");
    }

    [Fact]
    public void Ssh_KeysThatExist_AreNotTouched()
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        _guest.Write(Ed25519, "a key of the administrator's own\n");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Read(Ed25519).ShouldBe("a key of the administrator's own\n");
        Names("etc/ssh").ShouldBe(["ssh_host_ed25519_key", "sshd_config"]);
    }

    /// <summary>What a machine that lost power at the wrong moment can hold: an empty key, a public half, a draft.</summary>
    [Fact]
    public void Ssh_LeftoversOfAPowerCut_AreReplaced()
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        _guest.Write(Ed25519, "");
        _guest.Write(Ed25519 + ".pub", "ssh-ed25519 of a key that never got its name\n");
        _guest.Write("etc/ssh/.imageprep-key/key", "draft");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Read(Ed25519).ShouldStartWith("-----BEGIN OPENSSH PRIVATE KEY-----\n");
        _guest.Read(Ed25519 + ".pub").ShouldStartWith("ssh-ed25519 AAAA");
        Names("etc/ssh").ShouldBe(["ssh_host_ed25519_key", "ssh_host_ed25519_key.pub", "sshd_config"]);
    }

    [Fact]
    public void Ssh_HostKeyLines_DecideWhichKeysAreMade()
    {
        Configure("# HostKey /etc/ssh/ssh_host_rsa_key\n  hostkey = \"/etc/ssh/ssh_host_ecdsa_key\"  # quoted\nHostKeyAgent /run/agent\n");
        _guest.Write("etc/ssh/sshd_config.d/10-site.conf", "HOSTKEY\t/etc/ssh/ssh_host_ed25519_key\nHostKey /etc/ssh/ssh_host_ed25519_sk_key\n");
        ToolResult result = Run("ssh");
        result.ExitCode.ShouldBe(0);
        result.Error.ShouldContain("/etc/ssh/ssh_host_ed25519_sk_key is missing and of no type that is made here");
        _guest.Exists(Ecdsa).ShouldBeTrue();
        _guest.Exists(Ed25519).ShouldBeTrue();
        _guest.Exists(Rsa).ShouldBeFalse();
    }

    [Fact]
    public void Ssh_PoolThatCannotBeRead_FailsWithoutAKey()
    {
        File.Delete(_guest.Location("dev/random"));
        Run("ssh").ExitCode.ShouldNotBe(0);
        Names("etc/ssh").ShouldBe(["sshd_config"]);
        ToolResult status = Run("status");
        status.ExitCode.ShouldBe(1);
        status.Output.ShouldBe("keygen=failed ssh=0/3 dropbear=none snakeoil=none guard=none mix=none\n");
    }

    [Theory]
    [InlineData("18.99", false)]
    [InlineData("19.00", true)]
    public void Ssh_BeforeTheReseedThatMixingWaitsFor_MakesNoKey(string uptime, bool made)
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        _guest.Write("run/imageprep/keys-not-before", "19\n");
        _guest.Write("proc/uptime", uptime + " 3.00\n");

        // This clock stands still, so the script is either let through or waits as long as it may.
        int exitCode = _guest.RunWithin(poolSeconds: 1, [], TemplateFolder.Keygen, "ssh").ExitCode;
        (exitCode == 0).ShouldBe(made);
        _guest.Exists(Ed25519).ShouldBe(made);
    }

    /// <summary>Who takes the keys out of an image may take their folder with them.</summary>
    [Fact]
    public void Ssh_FolderThatIsMissing_IsMade()
    {
        Configure("HostKey /etc/keys/ssh/ssh_host_ed25519_key\n");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Exists("etc/keys/ssh/ssh_host_ed25519_key").ShouldBeTrue();
        _guest.Mode("etc/keys").ShouldBe("755");
        _guest.Mode("etc/keys/ssh").ShouldBe("755");
    }

    [Fact]
    public void Ssh_FolderThatCannotBeMade_Fails()
    {
        Unwritable();
        Run("ssh").ExitCode.ShouldBe(1);
        Run("status").Output.ShouldStartWith("keygen=failed ssh=0/1 ");
    }

    /// <summary>sshd reads the type from the file, so any will do.</summary>
    [Theory]
    [InlineData("", "ssh-rsa ")]
    [InlineData("SSH_KEY_TYPES=ecdsa,rsa\n", "ecdsa-sha2-nistp256 ")]
    [InlineData("SSH_KEY_TYPES=dsa,*,ed25519\n", "ssh-ed25519 ")]
    public void Ssh_NameThatTellsNoType_GetsTheFirstThatIsWanted(string options, string type)
    {
        Options(options);
        Configure("HostKey /etc/ssh/hostkey.pem\n");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Read("etc/ssh/hostkey.pem.pub").ShouldStartWith(type);
        Run("status").Output.ShouldStartWith("keygen=ok ssh=1/1 ");
    }

    /// <summary>Keys of types or of machines that are not ours: nothing is made in their place, and a server without any key is not well.</summary>
    [Theory]
    [InlineData("/etc/ssh/ssh_host_dsa_key", false)]
    [InlineData("/etc/ssh/ssh_host_ecdsa_sk_key", false)]
    [InlineData("/etc/ssh/ssh_host_xmss_key", false)]
    [InlineData("ssh_host_rsa_key", false)]
    [InlineData("none", false)]
    [InlineData("/etc/ssh/agent_ed25519.pub", true)]
    public void Ssh_KeyThatIsNotOurs_IsLeftAlone(string name, bool healthy)
    {
        Configure($"HostKey {name}\n");
        Run("ssh").ExitCode.ShouldBe(0);
        Names("etc/ssh").ShouldBe(["sshd_config"]);
        ToolResult status = Run("status");
        status.Output.ShouldStartWith($"keygen={(healthy ? "ok" : "failed")} ssh=0/0 ");
        status.ExitCode.ShouldBe(healthy ? 0 : 1);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void Status_NoTypeOfTheConfiguredKeysIsWanted_IsFineOnlyWithAKeyThatIsThere(bool there, int exitCode)
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        Options("SSH_KEY_TYPES=rsa\n");
        if (there)
        {
            _guest.Write(Ed25519, "a key of the administrator's own\n");
        }

        Run("ssh").ExitCode.ShouldBe(0);
        Run("status").ExitCode.ShouldBe(exitCode);
    }

    /// <summary>On a read-only root a unit of the guest makes the keys elsewhere; sshd must not lose its start for those that cannot be made.</summary>
    [Fact]
    public void Ssh_ReadOnlyGuestWithAMakerOfItsOwn_LeavesItsKeysToIt()
    {
        Unwritable();
        _guest.Write("etc/systemd/system/sshdgenkeys.service.d/50-imageprep-pool.conf", "");
        ToolResult result = Run("ssh");
        result.ExitCode.ShouldBe(0);
        result.Error.ShouldContain("left to sshdgenkeys.service");
        Run("complete").ExitCode.ShouldBe(0);
        ToolResult status = Run("status");
        status.ExitCode.ShouldBe(0);
        status.Output.ShouldStartWith("keygen=ok ssh=guest ");
    }

    [Fact]
    public void Status_KeysThatCameByHandAfterAFailure_AreFine()
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        File.Delete(_guest.Location("dev/random"));
        Run("ssh").ExitCode.ShouldBe(1);
        Run("status").Output.ShouldStartWith("keygen=failed ssh=0/1 ");
        _guest.Write(Ed25519, "a key of the administrator's own\n");
        Run("status").Output.ShouldStartWith("keygen=ok ssh=1/1 ");
    }

    /// <summary>Where a user cannot look, the outcome of the last run is what is known.</summary>
    [Theory]
    [InlineData("ok", "ok", 0)]
    [InlineData("failed", "failed", 1)]
    [InlineData(null, "unknown", 4)]
    public void Status_UserWhoCannotSeeTheKeys_IsToldWhatTheLastRunFound(string? outcome, string health, int exitCode)
    {
        OutsideTool.Require("setpriv");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become another user");
        Configure("HostKey /etc/keys/secret/ssh_host_ed25519_key\n");
        _guest.Write("etc/keys/secret/ssh_host_ed25519_key", "key");
        _guest.Program("usr/sbin/make-ssl-cert");
        _guest.Write("etc/ssl/private/ssl-cert-snakeoil.key", "key");
        _guest.Write("etc/ssl/certs/ssl-cert-snakeoil.pem", "certificate");
        if (outcome is not null)
        {
            _guest.Write("run/imageprep/keygen-ssh.status", outcome + "\n");
            _guest.Write("run/imageprep/keygen-snakeoil.status", "ok\n");
        }

        OutsideTool.Run("chmod", "0710", _guest.Location("etc/keys"), _guest.Location("etc/ssl/private")).EnsureSuccess("chmod");
        OutsideTool.Run("chmod", "0755", _guest.Location("")).EnsureSuccess("chmod");
        string script = _guest.Location("keygen");
        File.Copy(TemplateFolder.Keygen, script);
        ToolResult status = _guest.RunWithin(60, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"], script, "status");
        status.Output.ShouldStartWith($"keygen={health} ssh=unknown dropbear=none snakeoil=unknown ");
        status.ExitCode.ShouldBe(exitCode);
        Run("status").Output.ShouldStartWith("keygen=ok ssh=1/1 dropbear=none snakeoil=present ");
    }

    [Fact]
    public void Run_OnCommand_LeavesTheRequestAndMakesTheKeys()
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        ToolResult before = Run("status");
        before.ExitCode.ShouldBe(3);
        before.Output.ShouldBe("keygen=pending ssh=0/1 dropbear=none snakeoil=none guard=none mix=none\n");

        Run("run").ExitCode.ShouldBe(0);
        _guest.Exists("var/lib/imageprep/keygen-requested").ShouldBeTrue();
        Run("status").ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Command_UnknownOrNone_PrintsUsage()
    {
        Run("destroy").ExitCode.ShouldBe(2);
        Run().ExitCode.ShouldBe(2);
    }

    /// <summary>A pool that never gets ready: the script gives up in time to say so, and leaves no reader behind.</summary>
    [Fact]
    public void Ssh_PoolThatNeverGetsReady_FailsInTime()
    {
        NeverReady();
        ToolResult result = _guest.RunWithin(poolSeconds: 1, [], TemplateFolder.Keygen, "ssh");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("not ready after 1 s: no key is made");
        Names("etc/ssh").ShouldBe(["sshd_config"]);
        Run("status").Output.ShouldStartWith("keygen=failed ");
    }

    [Fact]
    public void Wait_PoolThatIsReady_EndsAtOnceAndWithoutAKey()
    {
        Run("wait").ExitCode.ShouldBe(0);
        Names("etc/ssh").ShouldBe(["sshd_config"]);
    }

    [Fact]
    public void Wait_PoolThatIsNot_Fails()
    {
        NeverReady();
        _guest.RunWithin(poolSeconds: 1, [], TemplateFolder.Keygen, "wait").ExitCode.ShouldBe(1);
    }

    /// <summary>Before Linux 5.6 the estimate says more than that the generator was initialised once; a pool holds no more than its size.</summary>
    [Theory]
    [InlineData("1000", "4096", "999", false)]
    [InlineData("1000", "4096", "1000", true)]
    [InlineData("1000", "256", "256", true)]
    [InlineData("1000", "256", "255", false)]
    [InlineData("0", "4096", "0", true)]
    [InlineData("many", "4096", "4096", false)]
    public void Wait_EntropyFloor_IsReachedOrAllThePoolCanHold(string floor, string size, string available, bool ready)
    {
        Options($"ENTROPY_FLOOR={floor}\n");
        _guest.Write("proc/sys/kernel/random/poolsize", size + "\n");
        _guest.Write("proc/sys/kernel/random/entropy_avail", available + "\n");
        (_guest.RunWithin(poolSeconds: 1, [], TemplateFolder.Keygen, "wait").ExitCode == 0).ShouldBe(ready);
    }

    [Fact]
    public void Options_KeyTypesAndSizes_DecideAmongTheConfiguredKeys()
    {
        Options("# of the recipe\nSSH_KEY_TYPES=ecdsa,rsa\nRSA_BITS=2048\nECDSA_BITS=384");
        Run("ssh").ExitCode.ShouldBe(0);
        Bits(Rsa).ShouldBe("2048");
        Bits(Ecdsa).ShouldBe("384");
        _guest.Exists(Ed25519).ShouldBeFalse();
        Run("status").Output.ShouldStartWith("keygen=ok ssh=2/2 ");
    }

    [Fact]
    public void Options_None_MakeKeysOfTheDefaultSizes()
    {
        Run("ssh").ExitCode.ShouldBe(0);
        Bits(Rsa).ShouldBe("3072");
        Bits(Ecdsa).ShouldBe("256");
    }

    [Theory]
    [InlineData("RSA_BITS=1024")]
    [InlineData("RSA_BITS=2047")]
    [InlineData("RSA_BITS=16385")]
    [InlineData("RSA_BITS=")]
    [InlineData("RSA_BITS=2048; reboot")]
    [InlineData("RSA_BITS=99999999999999999999")]
    [InlineData("ECDSA_BITS=192")]
    [InlineData("ECDSA_BITS=224")]
    public void Options_SizeThatIsNotAllowed_IsRefused(string option)
    {
        Configure("HostKey /etc/ssh/ssh_host_rsa_key\nHostKey /etc/ssh/ssh_host_ecdsa_key\n");
        Options("RSA_BITS=2048\n" + option + "\n");
        ToolResult result = Run("ssh");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain($"{option} is refused");
    }

    /// <summary>The file is data: nothing in it may reach the shell as program text.</summary>
    [Fact]
    public void Options_ShellInTheirValues_IsNotRun()
    {
        string trap = $"$(touch {_guest.Location("ran")})`touch {_guest.Location("ran")}`; touch {_guest.Location("ran")}";
        Options($"SSH_KEY_TYPES=ed25519,{trap}\nECDSA_BITS={trap}\nTLS_KEY={trap}\ntouch {_guest.Location("ran")}\n");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Exists("ran").ShouldBeFalse();
    }

    [Fact]
    public void Ssh_MachineInFipsMode_HasNoEd25519Key()
    {
        _guest.Write("proc/sys/crypto/fips_enabled", "1\n");
        Options("RSA_BITS=2048\n");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Exists(Ed25519).ShouldBeFalse();
        Run("status").Output.ShouldStartWith("keygen=ok ssh=2/2 ");
    }

    /// <summary>Red Hat's group ssh_keys reads the host keys, until a release that migrates them.</summary>
    [Theory]
    [InlineData(false, "640")]
    [InlineData(true, "600")]
    public void Ssh_RedHatGuest_LetsItsGroupReadTheKeysUntilTheyMigrate(bool migrates, string mode)
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        string group = OutsideTool.Run("id", "-g").EnsureSuccess("id").Output.Trim();
        _guest.Write("etc/group", $"root:x:0:\nno_ssh_keys:x:4242:\nssh_keys:x:{group}:\n");
        if (migrates)
        {
            _guest.Write("usr/lib/systemd/system/ssh-host-keys-migration.service", "");
        }

        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Mode(Ed25519).ShouldBe(mode);
        OutsideTool.Run("stat", "-c", "%g", _guest.Location(Ed25519)).Output.Trim().ShouldBe(group);
    }

    [Fact]
    public void Ssh_GuestWithSelinux_IsRelabelled()
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        _guest.Program("usr/sbin/restorecon");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Calls.ShouldBe([$"restorecon {_guest.Location(Ed25519)} {_guest.Location(Ed25519)}.pub"]);
    }

    [Fact]
    public void Boot_KeysOnCommandAndNoRequest_MakesNoneAndSaysSo()
    {
        _guest.Write("etc/imageprep/keygen-on-command", "");
        ToolResult result = Run("boot");
        result.ExitCode.ShouldBe(3);
        result.Error.ShouldContain("'imageprep-keygen run' asks for them");
        Names("etc/ssh").ShouldBe(["sshd_config"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Boot_RequestedOrNotOnCommand_MakesTheKeys(bool onCommand)
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        if (onCommand)
        {
            _guest.Write("etc/imageprep/keygen-on-command", "");
            _guest.Write("var/lib/imageprep/keygen-requested", "");
        }

        Run("boot").ExitCode.ShouldBe(0);
        _guest.Exists(Ed25519).ShouldBeTrue();
    }

    [Theory]
    [InlineData("\n\n\n", "0123456789abcdef0123456789abcdef\n")]
    [InlineData("", "0123456789abcdef0123456789abcdef\n")]
    [InlineData("fedcba98765432100123456789abcdef\n", "fedcba98765432100123456789abcdef\n")]
    [InlineData(null, null)]
    public void Boot_MachineIdThatIsStillThePlaceholder_IsFilled(string? before, string? after)
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        _guest.Write("proc/sys/kernel/random/uuid", "01234567-89ab-cdef-0123-456789abcdef\n");
        if (before is not null)
        {
            _guest.Write("etc/machine-id", before);
        }

        Run("boot").ExitCode.ShouldBe(0);
        (_guest.Exists("etc/machine-id") ? _guest.Read("etc/machine-id") : null).ShouldBe(after);
        _guest.Exists("etc/machine-id.imageprep").ShouldBeFalse();
    }

    /// <summary>Two runs at once, as when an application asks while a unit is at it: one makes the key, the other waits and finds it.</summary>
    [Fact]
    public async Task Ssh_TwoRunsAtOnce_LeaveOneWholeKey()
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        ToolResult[] results = await Task.WhenAll(Task.Run(() => Run("ssh")), Task.Run(() => Run("ssh")));
        results.ShouldAllBe(result => result.ExitCode == 0);
        results.Count(result => result.Error.Contains("made ")).ShouldBe(1);
        string fromPrivate = OutsideTool.Run("ssh-keygen", "-y", "-f", _guest.Location(Ed25519)).EnsureSuccess("ssh-keygen").Output;
        _guest.Read(Ed25519 + ".pub").ShouldStartWith(string.Join(' ', fromPrivate.Split(' ')[..2]));
    }

    /// <summary>The machine loses power while a key is made: the next boot starts over, and nobody holds the lock.</summary>
    [Fact]
    public void Ssh_RunThatWasKilled_HoldsNobodyUp()
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        NeverReady();
        _guest.RunWithin(poolSeconds: 60, ["timeout", "-s", "KILL", "1"], TemplateFolder.Keygen, "ssh").ExitCode.ShouldNotBe(0);
        File.Delete(_guest.Location("dev/random"));
        _guest.Write("dev/random", "some random bytes");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Exists(Ed25519).ShouldBeTrue();
    }

    /// <summary>A key whose folder nobody can make, as on a read-only root.</summary>
    private void Unwritable()
    {
        _guest.Write("etc/keys", "a file where a folder should be");
        Configure("HostKey /etc/keys/ssh_host_ed25519_key\n");
    }

    /// <summary>A /dev/random that blocks for ever.</summary>
    private void NeverReady()
    {
        File.Delete(_guest.Location("dev/random"));
        OutsideTool.Run("mkfifo", _guest.Location("dev/random")).EnsureSuccess("mkfifo");
    }

    private string Bits(string key) =>
        OutsideTool.Run("ssh-keygen", "-l", "-f", _guest.Location(key)).EnsureSuccess("ssh-keygen").Output.Split(' ')[0];

    private ToolResult Run(params string[] arguments) => _guest.Run(TemplateFolder.Keygen, arguments);

    private void Configure(string lines) => _guest.Write("etc/ssh/sshd_config", lines);

    private void Options(string lines) => _guest.Write("etc/imageprep/keygen.conf", lines);

    private string[] Names(string folder) => _guest.Names(folder);
}
