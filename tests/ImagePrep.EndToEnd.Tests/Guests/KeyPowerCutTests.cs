using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Guests;

/// <summary>A machine that loses its power while keys are made has whole keys or none, and makes what is missing at its next boot.</summary>
public sealed class KeyPowerCutTests
{
    /// <summary>
    /// In command mode, so that the moment is ours: both generators are held where they are at work, what they have written so far goes to the disk, and
    /// the machine is switched off.
    /// </summary>
    [Fact]
    public void PowerCut_WhileKeysAreMade_IsMadeGoodAtTheNextBoot()
    {
        using PreparedVariant prepared = new("bookworm", "plain", keysOnCommand: true);
        using (QemuGuest guest = PreparedVariant.Boot(prepared.FirstNode))
        {
            BootedGuest.WaitUntilUp(guest);
            guest.Run("(/usr/libexec/imageprep/keygen snakeoil & imageprep-keygen run &) >/dev/null 2>&1").EnsureSuccess("starting both generators");
            Hold(guest, "openssl");
            Hold(guest, "ssh-keygen");
            guest.Run("sync; ps -C openssl,ssh-keygen -o stat= | cut -c 1").Output.ShouldBe("T\nT");
            guest.Kill();
        }

        using (QemuGuest guest = PreparedVariant.Boot(prepared.FirstNode))
        {
            BootedGuest look = BootedGuest.Look(guest, SshServer.OpenSsh);
            GuestKeys.ShouldBeWhole(guest);
            GuestKeys.ShouldHaveNoLeftovers(guest);
            guest.Run("imageprep-keygen status").EnsureSuccess("status").ShouldMatch("^keygen=ok ssh=3/3 .*snakeoil=present");
            guest.Shutdown();
            look.ShouldBeInOrder();
        }
    }

    private static void Hold(QemuGuest guest, string program) => guest.Run($"until pkill -STOP -x {program}; do :; done").EnsureSuccess(program);
}
