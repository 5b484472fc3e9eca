using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Guests;

/// <summary>cloud-init sets the node up, and leaves its keys to whom they belong.</summary>
public sealed class CloudInitTests
{
    [Fact]
    public void CloudInit_OfTrixie_LeavesKeysAlone() => CheckNode("trixie", again: false);

    // Explicit: a boot with cloud-init takes twice as long as one without.
    [Theory(Explicit = true)]
    [InlineData("trixie")]
    [InlineData("bookworm")]
    [InlineData("bullseye")]
    public void CloudInit_OfEverySuite_LeavesKeysAloneAtEveryBoot(string suite) => CheckNode(suite, again: true);

    private static void CheckNode(string suite, bool again)
    {
        using PreparedVariant prepared = new(suite, "cloud-init");
        BootedGuest first = Boot(prepared.FirstNode, keysMade: 3);
        if (again)
        {
            BootedGuest second = Boot(prepared.FirstNode, keysMade: 0);
            second.Keys.ShouldBe(first.Keys, ignoreOrder: true);
            second.MachineId.ShouldBe(first.MachineId);
        }
    }

    private static BootedGuest Boot(string image, int keysMade)
    {
        using QemuGuest guest = PreparedVariant.Boot(image);
        BootedGuest look = BootedGuest.Look(guest, SshServer.OpenSsh);
        guest.Run("cloud-init status --wait", seconds: 300).EnsureSuccess("cloud-init").ShouldEndWith("status: done");

        // What it is there for has been done: the keys of the user data let the operator in.
        guest.Run("cat /home/debian/.ssh/authorized_keys").EnsureSuccess("authorized_keys").ShouldEndWith("operator@tests");
        guest.Run("grep -ciE 'generating (public/private|ssh)|ssh-keygen' /var/log/cloud-init.log /var/log/cloud-init-output.log").Output
            .ShouldBe("/var/log/cloud-init.log:0\n/var/log/cloud-init-output.log:0");
        guest.Run("journalctl -b --no-pager -o cat -u imageprep-keygen.service | grep -c 'imageprep-keygen: made'").Output.ShouldBe($"{keysMade}");
        GuestKeys.ShouldBeWhole(guest);
        guest.Shutdown();

        look.HostName.ShouldBe("node-1");
        look.ShouldBeInOrder();
        // cloud-init may start before the seed is loaded, and its Python asks for random bytes: the kernel then makes the pool ready by itself.
        look.ShouldHaveCreditedItsSeed(poolFillsEarly: true);
        look.FirstBoot.ShouldBeFalse();
        return look;
    }
}
