using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

public sealed class DashKeysOnCommandTests() : KeysOnCommandTests(GuestShell.Dash);

public sealed class BusyBoxKeysOnCommandTests() : KeysOnCommandTests(GuestShell.BusyBox);

/// <summary>Runs `imageprep-keygen run` in guests of each init and looks which services it starts.</summary>
public abstract class KeysOnCommandTests : IDisposable
{
    private readonly GuestRoot _guest;

    private protected KeysOnCommandTests(GuestShell shell)
    {
        OutsideTool.Require("ssh-keygen");
        _guest = new GuestRoot(shell);
        _guest.Write("etc/ssh/sshd_config", "HostKey /etc/ssh/ssh_host_ed25519_key\n");
        _guest.Write("etc/imageprep/keygen-on-command", "");
    }

    public void Dispose()
    {
        _guest.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Run_Systemd_StartsEnabledUnitsThatCarryTheDropIn()
    {
        Directory.CreateDirectory(_guest.Location("run/systemd/system"));
        _guest.Program("usr/bin/systemctl", """[ "$1" != is-enabled ] || [ "$3" != xrdp.service ]""");
        foreach (string unit in new[] { "ssh.service", "ssh@.service", "xrdp.service" })
        {
            _guest.Write($"etc/systemd/system/{unit}.d/60-imageprep-command.conf", "");
        }

        Run();
        _guest.Calls.ShouldBe(
        [
            "systemctl is-enabled --quiet ssh.service", "systemctl start --no-block ssh.service", "systemctl is-enabled --quiet xrdp.service",
        ]);
    }

    [Fact]
    public void Run_OpenRc_StartsItsServiceAndThoseOfSomeRunlevel()
    {
        Directory.CreateDirectory(_guest.Location("run/openrc"));
        _guest.Program("sbin/rc-service");
        _guest.Program("etc/runlevels/default/sshd");
        _guest.Program("etc/init.d/dropbear");
        Run();
        _guest.Calls.ShouldBe(["rc-service imageprep-keygen start", "rc-service sshd start"]);
    }

    [Theory]
    [InlineData("etc/rc2.d/S03ssh", "ssh")]
    [InlineData("etc/rc.d/rc3.d/S55sshd", "sshd")]
    [InlineData("etc/rc.d/S19dropbear", "dropbear")]
    public void Run_InitScripts_AreStartedWhereALinkEnablesThem(string link, string service)
    {
        _guest.Program(link);
        _guest.Program("etc/init.d/" + service);
        _guest.Program("etc/init.d/nginx");
        Run();
        _guest.Calls.ShouldBe([service + " start"]);
    }

    [Fact]
    public void Run_BusyBoxInit_StartsTheScriptItself()
    {
        _guest.Program("etc/init.d/S50sshd");
        Run();
        _guest.Calls.ShouldBe(["S50sshd start"]);
    }

    /// <summary>Services that use the snakeoil pair wait for it as well.</summary>
    [Fact]
    public void Run_SnakeoilPair_StartsWhatUsesIt()
    {
        OutsideTool.Require("openssl");
        _guest.Program("usr/sbin/make-ssl-cert");
        Directory.CreateDirectory(_guest.Location("etc/ssl/private"));
        Directory.CreateDirectory(_guest.Location("etc/ssl/certs"));
        _guest.Program("etc/rc2.d/S02nginx");
        _guest.Program("etc/init.d/nginx");
        Run();
        _guest.Calls.ShouldBe(["nginx start"]);
    }

    /// <summary>Without the option every service was started at boot already.</summary>
    [Fact]
    public void Run_KeysNotOnCommand_StartsNothing()
    {
        File.Delete(_guest.Location("etc/imageprep/keygen-on-command"));
        _guest.Program("etc/init.d/S50sshd");
        Run();
        _guest.Calls.ShouldBeEmpty();
    }

    private void Run()
    {
        ToolResult result = _guest.Run(TemplateFolder.Keygen, "run");
        result.ExitCode.ShouldBe(0, result.Error);
        _guest.Exists("etc/ssh/ssh_host_ed25519_key").ShouldBeTrue();
        _guest.Exists("var/lib/imageprep/keygen-requested").ShouldBeTrue();
    }
}
