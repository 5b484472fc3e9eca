using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Guests;

/// <summary>cloud-init sets the node up, and leaves its keys to whom they belong.</summary>
public sealed class CloudInitTests
{
    [Fact]
    public void CloudInit_OfTrixie_LeavesKeysAlone() => CheckNode("trixie");

    // Explicit: a boot with cloud-init takes twice as long as one without.
    [Theory(Explicit = true)]
    [InlineData("bookworm")]
    [InlineData("bullseye")]
    public void CloudInit_OfOtherSuites_LeavesKeysAlone(string suite) => CheckNode(suite);

    private static void CheckNode(string suite)
    {
        using PreparedVariant prepared = new(suite, "cloud-init");
        BootedGuest first = Boot(prepared.FirstNode, suite);
        BootedGuest again = Boot(prepared.FirstNode, suite);

        again.Keys.OrderBy(key => key.Key).ShouldBe(first.Keys.OrderBy(key => key.Key));
        again.MachineId.ShouldBe(first.MachineId);
    }

    private static BootedGuest Boot(string image, string suite)
    {
        using QemuGuest guest = PreparedVariant.Boot(image);
        BootedGuest look = BootedGuest.Look(guest, SshServer.OpenSsh);
        guest.Run("cloud-init status --wait", seconds: 300).EnsureSuccess("cloud-init").ShouldEndWith("status: done");

        // What it is there for has been done: the keys of the user data let the operator in.
        guest.Run("cat /home/debian/.ssh/authorized_keys").EnsureSuccess("authorized_keys").ShouldEndWith("operator@tests");
        guest.Run("grep -ciE 'generating (public/private|ssh)|ssh-keygen' /var/log/cloud-init.log /var/log/cloud-init-output.log").Output
            .ShouldBe("/var/log/cloud-init.log:0\n/var/log/cloud-init-output.log:0");
        guest.Run("journalctl -b --no-pager -o cat -t imageprep-keygen -t keygen | grep -c made").Output.ShouldNotBeEmpty();
        KeyPairs.ShouldBeWhole(guest);
        guest.Shutdown();

        look.HostName.ShouldBe("node-1");
        look.ShouldBeInOrder();
        look.ShouldHaveCreditedItsSeed(poolFillsEarly: suite == "bullseye");
        look.FirstBoot.ShouldBeFalse();
        return look;
    }
}
