using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Guests;

/// <summary>Prepared with <c>when: command</c>: no key and no service until <c>imageprep-keygen run</c>, and both from then on.</summary>
public sealed class CommandModeTests
{
    [Fact]
    public void SshSocket_WaitsForTheCommand() => CheckNode("bookworm", "ssh-socket", "ssh.socket", SshServer.OpenSsh);

    [Theory(Explicit = true)]
    [InlineData("bullseye", "plain", "ssh.service")]
    [InlineData("bookworm", "cloud-init", "ssh.service")]
    [InlineData("trixie", "plain", "ssh.service")]
    public void OpenSsh_WaitsForTheCommand(string suite, string variant, string unit) => CheckNode(suite, variant, unit, SshServer.OpenSsh);

    [Fact(Explicit = true)]
    public void Dropbear_WaitsForTheCommand() => CheckNode("bookworm", "dropbear", "dropbear.service", SshServer.Dropbear);

    private static void CheckNode(string suite, string variant, string unit, SshServer server)
    {
        using PreparedVariant prepared = new(suite, variant, keysOnCommand: true);
        IReadOnlyDictionary<string, string> made;
        using (QemuGuest guest = PreparedVariant.Boot(prepared.FirstNode))
        {
            BootedGuest.WaitUntilUp(guest);
            ShouldWait(guest, unit, server);
            guest.Run("imageprep-keygen run", seconds: 300).EnsureSuccess("imageprep-keygen run");
            guest.Run("imageprep-keygen status").EnsureSuccess("status").ShouldStartWith("keygen=ok");
            made = GuestKeys.Read(guest, server);

            // Started by the command, without waiting for it.
            guest.Run($"for i in $(seq 60); do systemctl is-active {unit} && break; sleep 1; done").Output.ShouldMatch("(^|\n)active$");
            guest.Run(SshServer.AwaitBanner, seconds: 300).EnsureSuccess("ssh banner").ShouldStartWith(server.Banner);
            GuestKeys.Read(guest, server).ShouldBe(made, ignoreOrder: true);
            guest.Run("systemctl --failed --no-legend --plain").Output.ShouldBeEmpty();
            guest.Shutdown();
        }

        using (QemuGuest guest = PreparedVariant.Boot(prepared.FirstNode))
        {
            BootedGuest look = BootedGuest.Look(guest, server);
            guest.Shutdown();
            look.Keys.ShouldBe(made, ignoreOrder: true);
            look.ShouldBeInOrder();
        }
    }

    private static void ShouldWait(QemuGuest guest, string unit, SshServer server)
    {
        guest.Run("imageprep-keygen status").ExitCode.ShouldBe(3);
        GuestKeys.Count(guest, server).ShouldBe("0");
        guest.Run($"systemctl is-active {unit} imageprep-keygen.service imageprep-snakeoil.service").Output.ShouldBe("inactive\ninactive\ninactive");
        guest.Run(SshServer.ReadBanner).ExitCode.ShouldNotBe(0);
        guest.Run("systemctl --failed --no-legend --plain").Output.ShouldBeEmpty();
        guest.Run("cat /run/imageprep/mix.status").EnsureSuccess("mix.status").ShouldContain("credit=yes");
    }
}
