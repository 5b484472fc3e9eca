using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Guests;

/// <summary>Every way a systemd guest serves SSH: order at the first boot; Dropbear's keys are the same at the second, and others on another node.</summary>
public sealed class SshVariantTests
{
    [Fact]
    public void SshSocket_MakesKeysAtTheFirstConnection() => CheckSocket("bookworm");

    [Fact]
    public void Dropbear_HasKeysOfItsOwn() => CheckNodes("bookworm", "dropbear", SshServer.Dropbear);

    // Explicit: the same again on other releases.
    [Theory(Explicit = true)]
    [InlineData("trixie")]
    [InlineData("bullseye")]
    public void SshSocket_OfOtherSuites_MakesKeysAtTheFirstConnection(string suite) => CheckSocket(suite);

    [Theory(Explicit = true)]
    [InlineData("trixie")]
    [InlineData("bullseye")]
    public void Dropbear_OfOtherSuites_HasKeysOfItsOwn(string suite) => CheckNodes(suite, "dropbear", SshServer.Dropbear);

    // In bullseye each connection has an instance of its own, later the first connection starts ssh.service.
    private static void CheckSocket(string suite) => CheckNodes(suite, "ssh-socket", suite == "bullseye" ? SshServer.OpenSshPerConnection : SshServer.OpenSsh, guest =>
    {
        guest.Run("systemctl is-active ssh.socket ssh.service").Output.ShouldBe("active\ninactive");
        guest.Run("ls /etc/ssh | grep ssh_host_").Output.ShouldBeEmpty();
        guest.Run("imageprep-keygen status").Output.ShouldContain("keygen=pending ssh=0/3");
    });

    private static void CheckNodes(string suite, string variant, SshServer server, Action<QemuGuest>? beforeTheFirstConnection = null)
    {
        using PreparedVariant prepared = new(suite, variant);
        BootedGuest first = Boot(prepared.FirstNode, suite, server, beforeTheFirstConnection);
        first.HostName.ShouldBe("node-1");

        // That keys of OpenSSH stay, and differ between nodes, is seen where it is started in the usual way.
        if (server != SshServer.Dropbear)
        {
            return;
        }

        BootedGuest again = Boot(prepared.FirstNode, suite, server);
        again.Keys.ShouldBe(first.Keys, ignoreOrder: true);
        again.MachineId.ShouldBe(first.MachineId);

        BootedGuest other = Boot(prepared.SecondNode, suite, server);
        other.HostName.ShouldBe("node-2");
        other.Keys.Keys.ShouldBe(first.Keys.Keys, ignoreOrder: true);
        other.Keys.Values.Intersect(first.Keys.Values).ShouldBeEmpty();
        other.MachineId.ShouldNotBe(first.MachineId);
    }

    private static BootedGuest Boot(string image, string suite, SshServer server, Action<QemuGuest>? beforeTheFirstConnection = null)
    {
        using QemuGuest guest = PreparedVariant.Boot(image);
        BootedGuest.WaitUntilUp(guest);
        beforeTheFirstConnection?.Invoke(guest);
        BootedGuest look = BootedGuest.Look(guest, server);
        guest.Run("imageprep-keygen status").EnsureSuccess("status").ShouldContain("keygen=ok");
        guest.Shutdown();

        look.ShouldBeInOrder();
        look.ShouldHaveCreditedItsSeed(poolFillsEarly: suite == "bullseye");
        return look;
    }
}
