using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

/// <summary>
/// Watches in which order keys reach the disk and get their names, and lets single steps fail: a machine that loses power keeps whole keys or none.
/// </summary>
public sealed class KeyDurabilityTests : IDisposable
{
    private const string Ed25519 = "etc/ssh/ssh_host_ed25519_key";
    private const string SnakeoilKey = "etc/ssl/private/ssl-cert-snakeoil.key";
    private const string SnakeoilCertificate = "etc/ssl/certs/ssl-cert-snakeoil.pem";

    private readonly GuestRoot _guest = new(GuestShell.Dash);

    public KeyDurabilityTests()
    {
        OutsideTool.Require("ssh-keygen", "openssl");
        _guest.Write("etc/ssh/sshd_config", "HostKey /etc/ssh/ssh_host_ed25519_key\n");
        Directory.CreateDirectory(_guest.Location("etc/ssl/private"));
        Directory.CreateDirectory(_guest.Location("etc/ssl/certs"));
    }

    public void Dispose() => _guest.Dispose();

    [Fact]
    public void Ssh_Pair_IsOnTheDiskBeforeItIsNamedAndThePrivateHalfComesLast()
    {
        Watch("sync", "mv");
        Run("ssh").ExitCode.ShouldBe(0);
        Steps().ShouldBe(
        [
            "sync /etc/ssh/.imageprep-key/key /etc/ssh/.imageprep-key/key.pub",
            "mv -f /etc/ssh/.imageprep-key/key.pub /etc/ssh/ssh_host_ed25519_key.pub",
            "mv -f /etc/ssh/.imageprep-key/key /etc/ssh/ssh_host_ed25519_key",
            "sync /etc/ssh",
        ]);
    }

    [Fact]
    public void Dropbear_Key_IsOnTheDiskBeforeItIsNamed()
    {
        _guest.Write(Ed25519, "key");
        _guest.Write("etc/imageprep/keygen.conf", "SSH_KEY_TYPES=ed25519\n");
        _guest.Program("usr/sbin/dropbear");
        _guest.Borrow("usr/bin/dropbearkey", "dropbearkey");
        Watch("sync", "mv");
        Run("ssh").ExitCode.ShouldBe(0);
        Steps().ShouldBe(
        [
            "sync /etc/dropbear/.imageprep-key/key",
            "mv -f /etc/dropbear/.imageprep-key/key /etc/dropbear/dropbear_ed25519_host_key",
            "sync /etc/dropbear",
        ]);
    }

    [Fact]
    public void Snakeoil_Pair_NeverStandsBesideHalfOfAnother()
    {
        _guest.Program("usr/sbin/make-ssl-cert");
        _guest.Write(SnakeoilKey, "key of a certificate that was never written");
        Watch("sync", "mv", "rm");
        Run("snakeoil").ExitCode.ShouldBe(0);
        Steps().Where(step => !step.StartsWith("rm -rf ", StringComparison.Ordinal)).ShouldBe(
        [
            "sync /etc/ssl/private/.imageprep-key/key /etc/ssl/certs/.imageprep-key/cert",
            "rm -f /etc/ssl/private/ssl-cert-snakeoil.key",
            "sync /etc/ssl/private",
            "mv -f /etc/ssl/certs/.imageprep-key/cert /etc/ssl/certs/ssl-cert-snakeoil.pem",
            "sync /etc/ssl/certs",
            "mv -f /etc/ssl/private/.imageprep-key/key /etc/ssl/private/ssl-cert-snakeoil.key",
            "sync /etc/ssl/private",
        ]);
    }

    /// <summary>The disk refuses the draft: no key gets a name, and the failure is told.</summary>
    [Fact]
    public void Ssh_DraftThatTheDiskRefuses_GetsNoName()
    {
        _guest.Watch("sync", """case $* in *.imageprep-key*) exit 1 ;; esac""");
        Run("ssh").ExitCode.ShouldBe(1);
        _guest.Names("etc/ssh").ShouldBe(["sshd_config"]);
    }

    /// <summary>Older programs know no names and write out everything.</summary>
    [Fact]
    public void Sync_ThatTakesNoNames_IsCalledWithoutAny()
    {
        _guest.Watch("sync", """[ $# -eq 0 ] || exit 1""");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Calls.Count(call => call == "sync ").ShouldBe(2);
        _guest.Exists(Ed25519).ShouldBeTrue();
    }

    /// <summary>Cut short between its halves, a pair is incomplete, and the next boot makes a whole one.</summary>
    [Theory]
    [InlineData("ssh", "/ssh_host_ed25519_key.pub", Ed25519)]
    [InlineData("ssh", "/ssh_host_ed25519_key", Ed25519)]
    [InlineData("snakeoil", "/ssl-cert-snakeoil.pem", SnakeoilKey)]
    [InlineData("snakeoil", "/ssl-cert-snakeoil.key", SnakeoilKey)]
    public void Pair_CutShortBeforeOneName_IsMadeAnewByTheNextRun(string kind, string name, string privateHalf)
    {
        _guest.Program("usr/sbin/make-ssl-cert");
        _guest.Watch("mv", $$"""case $3 in *{{name}}) exit 1 ;; esac""");
        Run(kind).ExitCode.ShouldBe(1);
        _guest.Exists(privateHalf).ShouldBeFalse();
        Run("status").Output.ShouldStartWith("keygen=failed ");

        _guest.Watch("mv");
        Run(kind).ExitCode.ShouldBe(0);
        new FileInfo(_guest.Location(privateHalf)).Length.ShouldBeGreaterThan(0);
        if (kind == "snakeoil")
        {
            OutsideTool.Run("openssl", "x509", "-noout", "-pubkey", "-in", _guest.Location(SnakeoilCertificate)).EnsureSuccess("openssl").Output
                .ShouldBe(OutsideTool.Run("openssl", "pkey", "-pubout", "-in", _guest.Location(SnakeoilKey)).EnsureSuccess("openssl").Output);
        }
    }

    private ToolResult Run(params string[] arguments) => _guest.Run(TemplateFolder.Keygen, arguments);

    private void Watch(params string[] programs)
    {
        foreach (string program in programs)
        {
            _guest.Watch(program);
        }
    }

    /// <summary>The calls, with paths as the guest sees them, but for the one that asks what sync can do.</summary>
    private string[] Steps() =>
    [
        .. _guest.Calls.Select(call => call.Replace(_guest.Location("").TrimEnd('/'), "", StringComparison.Ordinal)).Where(call => call != "sync /run/imageprep"),
    ];
}
