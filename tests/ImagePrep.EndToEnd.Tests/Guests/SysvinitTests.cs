using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Guests;

/// <summary>Debian with sysvinit: the same promises, kept by init scripts.</summary>
public sealed class SysvinitTests
{
    [Fact]
    public void Nodes_BootWithKeysOfTheirOwn()
    {
        using PreparedVariant prepared = new("bookworm", "sysvinit");
        SysvinitGuest first = Boot(prepared.FirstNode, guest =>
        {
            // What an upgrade of openssh-server does: the order is computed anew from what the scripts ask for.
            guest.Run("update-rc.d ssh defaults").EnsureSuccess("update-rc.d");
        });
        first.HostName.ShouldBe("node-1");
        first.ShouldBeInOrder();

        SysvinitGuest again = Boot(prepared.FirstNode);
        again.Keys.ShouldBe(first.Keys, ignoreOrder: true);
        again.MachineId.ShouldBe(first.MachineId);
        again.ShouldBeInOrderWithoutNewKeys();

        SysvinitGuest other = Boot(prepared.SecondNode);
        other.HostName.ShouldBe("node-2");
        other.MachineId.ShouldNotBe(first.MachineId);
        other.Keys.Values.Intersect(first.Keys.Values).ShouldBeEmpty();
        other.ShouldBeInOrder();
    }

    [Fact(Explicit = true)]
    public void Ssh_WaitsForTheCommand()
    {
        using PreparedVariant prepared = new("bookworm", "sysvinit", keysOnCommand: true);
        using QemuGuest guest = PreparedVariant.Boot(prepared.FirstNode);
        GuestKeys.Count(guest, SshServer.OpenSsh).ShouldBe("0");
        guest.Run(SshServer.ReadBanner).ExitCode.ShouldNotBe(0);
        guest.Run("imageprep-keygen status").ExitCode.ShouldBe(3);

        guest.Run("imageprep-keygen run", seconds: 300).EnsureSuccess("imageprep-keygen run");

        GuestKeys.ShouldBeWhole(guest);
        guest.Run(SshServer.AwaitBanner).Output.ShouldStartWith(SshServer.OpenSsh.Banner);
        guest.Shutdown();
    }

    private static SysvinitGuest Boot(string image, Action<QemuGuest>? afterwards = null)
    {
        using QemuGuest guest = PreparedVariant.Boot(image);
        SysvinitGuest look = SysvinitGuest.Look(guest);
        GuestKeys.ShouldBeWhole(guest);
        afterwards?.Invoke(guest);
        guest.Shutdown();
        return look;
    }
}
