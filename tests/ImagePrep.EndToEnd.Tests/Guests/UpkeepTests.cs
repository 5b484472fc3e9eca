using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Guests;

/// <summary>What administrators do to a guest later brings no other generator back.</summary>
public sealed class UpkeepTests
{
    /// <summary>Debian 13, whose openssh-server brings a generator of its own.</summary>
    [Fact]
    public void Upkeep_BringsNoGeneratorBack()
    {
        using PreparedVariant prepared = new("trixie", "plain");
        using (QemuGuest guest = PreparedVariant.Boot(prepared.FirstNode))
        {
            BootedGuest.WaitUntilUp(guest);
            IReadOnlyDictionary<string, string> before = GuestKeys.Read(guest, SshServer.OpenSsh);
            foreach (string command in (string[])["dpkg --configure -a", "dpkg-reconfigure -f noninteractive openssh-server", "systemctl preset-all", "systemctl daemon-reload"])
            {
                guest.Run(command, seconds: 300).EnsureSuccess(command);
                GuestKeys.Read(guest, SshServer.OpenSsh).ShouldBe(before, ignoreOrder: true, command);
                ShouldHaveOneGenerator(guest);
            }

            guest.Run($"rm /etc/ssh/ssh_host_* {GuestKeys.SnakeoilKey}").EnsureSuccess("removing the keys");
            guest.Shutdown();
        }

        using (QemuGuest guest = PreparedVariant.Boot(prepared.FirstNode))
        {
            BootedGuest look = BootedGuest.Look(guest, SshServer.OpenSsh);
            ShouldHaveOneGenerator(guest);
            guest.Run("journalctl -b --no-pager -o cat -u imageprep-keygen.service | grep -c 'imageprep-keygen: made'").Output.ShouldBe("3");
            guest.Run("journalctl -b --no-pager -o cat -u imageprep-snakeoil.service | grep -c 'imageprep-keygen: made'").Output.ShouldBe("1");
            GuestKeys.ShouldBeWhole(guest);
            guest.Shutdown();
            look.ShouldBeInOrder();
        }
    }

    /// <summary>The others are masked and have not run, and nothing that starts at boot names a program that makes keys but ours.</summary>
    private static void ShouldHaveOneGenerator(QemuGuest guest)
    {
        guest.Run("systemctl is-enabled sshd-keygen.service").Output.ShouldBe("masked");
        guest.Run("systemctl show --value -p ActiveState sshd-keygen.service").Output.ShouldBe("inactive");
        guest.Run("systemctl is-enabled ssh.service").Output.ShouldBe("enabled");
        guest.Run("systemctl show --value -p Requires ssh.service").Output.ShouldContain("imageprep-keygen.service");
        guest.Run("grep -lrE 'ssh-keygen|make-ssl-cert' /etc/systemd/system /usr/lib/systemd/system /etc/init.d").Output
            .Split('\n').ShouldAllBe(path => path == "/usr/lib/systemd/system/sshd-keygen.service");
    }
}
