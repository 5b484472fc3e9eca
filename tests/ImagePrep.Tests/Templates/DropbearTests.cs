using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

public sealed class DashDropbearTests() : DropbearTests(GuestShell.Dash);

public sealed class BusyBoxDropbearTests() : DropbearTests(GuestShell.BusyBox);

/// <summary>Runs the guest's key generation script in a folder that looks like a guest: Dropbear's keys, made by the real dropbearkey.</summary>
public abstract class DropbearTests : IDisposable
{
    private static readonly string[] Types = ["rsa", "ecdsa", "ed25519"];

    private readonly GuestRoot _guest;

    private protected DropbearTests(GuestShell shell)
    {
        OutsideTool.Require("dropbearkey");
        _guest = new GuestRoot(shell);
        File.Delete(_guest.Location("usr/sbin/sshd"));
        _guest.Program("usr/sbin/dropbear");
    }

    public void Dispose()
    {
        _guest.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Ssh_NoKeys_MakesOneOfEachType()
    {
        _guest.Borrow("usr/bin/dropbearkey", "dropbearkey");
        ToolResult result = Run("ssh");
        result.ExitCode.ShouldBe(0, result.Error);
        _guest.Names("etc/dropbear").ShouldBe(["dropbear_ecdsa_host_key", "dropbear_ed25519_host_key", "dropbear_rsa_host_key"]);
        foreach (string type in Types)
        {
            _guest.Mode(Key(type)).ShouldBe("600");
            string fingerprint = OutsideTool.Run("dropbearkey", "-y", "-f", _guest.Location(Key(type))).EnsureSuccess("dropbearkey").Output
                .Split('\n').Single(line => line.StartsWith("Fingerprint: ", StringComparison.Ordinal))[13..];
            result.Error.ShouldContain($"{Key(type)} {fingerprint}");
        }

        Run("status").Output.ShouldBe("keygen=ok ssh=none dropbear=3/3 snakeoil=none guard=none mix=none\n");
    }

    [Fact]
    public void Ssh_KeysThatExist_AreNotTouchedAndEmptyOnesAre()
    {
        _guest.Borrow("usr/bin/dropbearkey", "dropbearkey");
        _guest.Write(Key("rsa"), "a key of the administrator's own");
        _guest.Write(Key("ecdsa"), "");
        _guest.Write("etc/dropbear/.imageprep-key/key", "draft");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Read(Key("rsa")).ShouldBe("a key of the administrator's own");
        new FileInfo(_guest.Location(Key("ecdsa"))).Length.ShouldBeGreaterThan(0);
        _guest.Names("etc/dropbear").ShouldNotContain(".imageprep-key");
    }

    [Fact]
    public void Options_TypesAndSizes_HoldForDropbearToo()
    {
        _guest.Program("usr/bin/dropbearkey", """while [ "$1" != -f ]; do shift; done; echo key >"$2" """);
        _guest.Write("etc/imageprep/keygen.conf", "SSH_KEY_TYPES=rsa,ecdsa\nRSA_BITS=4096\nECDSA_BITS=521\n");
        Run("ssh").ExitCode.ShouldBe(0);
        string draft = _guest.Location("etc/dropbear/.imageprep-key/key");
        _guest.Calls.ShouldBe([$"dropbearkey -t rsa -s 4096 -f {draft}", $"dropbearkey -t ecdsa -s 521 -f {draft}"]);
        Run("status").Output.ShouldStartWith("keygen=ok ssh=none dropbear=2/2 ");
    }

    /// <summary>Small builds of Dropbear know fewer types: those are left out, and nothing waits for them.</summary>
    [Fact]
    public void Ssh_TypeThatDropbearDoesNotKnow_IsLeftOut()
    {
        OldDropbearKey("echo \"Unknown key type '$2'\" >&2; exit 1");
        ToolResult result = Run("ssh");
        result.ExitCode.ShouldBe(0);
        result.Error.ShouldContain("dropbear cannot make a key of type ed25519: left out");
        _guest.Names("etc/dropbear").ShouldBe(["dropbear_ecdsa_host_key", "dropbear_rsa_host_key"]);
        Run("status").Output.ShouldStartWith("keygen=ok ssh=none dropbear=2/2 ");
    }

    [Theory]
    [InlineData("echo 'No space left on device' >&2; exit 1")]
    [InlineData("exit 0")]
    public void Ssh_KeyThatCannotBeMade_Fails(string failure)
    {
        OldDropbearKey(failure);
        Run("ssh").ExitCode.ShouldBe(1);
        _guest.Names("etc/dropbear").ShouldBe(["dropbear_ecdsa_host_key", "dropbear_rsa_host_key"]);
        Run("status").Output.ShouldStartWith("keygen=failed ssh=none dropbear=2/3 ");
    }

    /// <summary>A read-only root: a failure, unless the guest has a maker of its own that waits for the pool.</summary>
    [Theory]
    [InlineData(false, 1, "failed", "0/3")]
    [InlineData(true, 0, "ok", "guest")]
    public void Ssh_FolderThatCannotBeWritten_IsLeftToTheGuestsOwnMaker(bool hasMaker, int exitCode, string health, string keys)
    {
        _guest.Borrow("usr/bin/dropbearkey", "dropbearkey");
        _guest.Write("etc/dropbear", "a file where a folder should be");
        if (hasMaker)
        {
            _guest.Write("etc/systemd/system/dropbearkey.service.d/50-imageprep-pool.conf", "");
        }

        Run("ssh").ExitCode.ShouldBe(exitCode);
        Run("status").Output.ShouldStartWith($"keygen={health} ssh=none dropbear={keys} ");
    }

    [Fact]
    public void Ssh_ServerWithoutItsKeyProgram_IsLeftAlone()
    {
        Run("ssh").ExitCode.ShouldBe(0);
        Run("status").Output.ShouldStartWith("keygen=ok ssh=none dropbear=none ");
    }

    /// <summary>Buildroot's /etc/dropbear points to a folder that every boot empties, where the root can be written or not.</summary>
    [Fact]
    public void Ssh_FolderThatEveryBootEmpties_IsReplacedByOneThatStays()
    {
        _guest.Borrow("usr/bin/dropbearkey", "dropbearkey");
        Directory.CreateDirectory(_guest.Location("etc"));
        File.CreateSymbolicLink(_guest.Location("etc/dropbear"), _guest.Location("var/run/dropbear"));
        Run("ssh").ExitCode.ShouldBe(0);
        new DirectoryInfo(_guest.Location("etc/dropbear")).LinkTarget.ShouldBeNull();
        _guest.Exists(Key("ed25519")).ShouldBeTrue();
    }

    private static string Key(string type) => $"etc/dropbear/dropbear_{type}_host_key";

    /// <summary>A dropbearkey that makes two types and fails this way for the third.</summary>
    private void OldDropbearKey(string failure) => _guest.Program(
        "usr/bin/dropbearkey",
        $$"""[ "$2" != ed25519 ] || { {{failure}}; }""" + "\n" + """while [ "$1" != -f ]; do shift; done; echo key >"$2" """);

    private ToolResult Run(params string[] arguments) => _guest.Run(TemplateFolder.Keygen, arguments);
}
