using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.RealBase;

/// <summary>The bases boot before anybody prepares them: where a prepared image does not, the fault is ours.</summary>
public sealed class UnmodifiedBaseTests(ITestOutputHelper output)
{
    // Explicit: the harness, and this base, work in many tests; here they are looked at by themselves.
    [Fact(Explicit = true)]
    public void UnmodifiedBase_BookwormLegacy63_BootsAndAnswersOnItsConsole()
    {
        using QemuGuest guest = Boot("bookworm", "legacy63");
        CheckBase(guest);
        CheckCommandsComeBackAsPrinted(guest);
        guest.Shutdown();
        guest.ConsoleLog.ShouldContain("Power down");
    }

    // Explicit: each builds an image first and boots it, minutes that the normal run does not need.
    [Theory(Explicit = true)]
    [InlineData("bookworm", "gpt")]
    [InlineData("trixie", "legacy63")]
    [InlineData("trixie", "gpt")]
    [InlineData("bullseye", "legacy63")]
    [InlineData("bullseye", "gpt")]
    public void UnmodifiedBase_OtherSuitesAndLayouts_BootAndAnswerOnTheirConsoles(string suite, string layout)
    {
        using QemuGuest guest = Boot(suite, layout);
        CheckBase(guest);
        guest.Shutdown();
    }

    private static QemuGuest Boot(string suite, string layout) =>
        QemuGuest.Start(new QemuOptions { Image = TestKit.RealBase.Image(suite, layout) });

    private void CheckBase(QemuGuest guest)
    {
        guest.WaitForLogin();
        guest.ConsoleLog.ShouldContain("GNU GRUB");
        guest.Run("uname -s").ShouldBe(new GuestResult(0, "Linux"));
        guest.Run("hostname").Output.ShouldBe("base");
        guest.Run("systemctl is-system-running --wait; systemctl --failed --no-legend --plain").Output.ShouldBe("running");
        guest.Run("journalctl --no-pager -o cat -k | grep crng").EnsureSuccess("looking for the pool").ShouldContain("crng init done");

        // The machine has no random generator to lean on.
        guest.Run("grep -cE 'rdrand|rdseed' /proc/cpuinfo").ShouldBe(new GuestResult(1, "0"));
        guest.Run("cat /sys/class/misc/hw_random/rng_current").Output.ShouldBe("none");

        // What makes it a base: keys and identity are baked in.
        guest.Run("cat /etc/machine-id").EnsureSuccess("reading the machine-id").ShouldMatch("^[0-9a-f]{32}$");
        guest.Run("ls /etc/ssh/ssh_host_*_key | wc -l").Output.ShouldBe("3");
        guest.Run("openssl rsa -in /etc/ssl/private/ssl-cert-snakeoil.key -noout -check").Output.ShouldContain("RSA key ok");
        guest.Run("stat -c %s /var/lib/systemd/random-seed").Output.ShouldBe("512");
        output.WriteLine(guest.Run("systemd-analyze").Output);
    }

    private static void CheckCommandsComeBackAsPrinted(QemuGuest guest)
    {
        guest.Run("printf '%s\\n' \"it's\" '<end>' \"two  blanks\"").ShouldBe(new GuestResult(0, "it's\n<end>\ntwo  blanks"));
        guest.Run("for i in 1 2; do\n  echo $i\ndone").ShouldBe(new GuestResult(0, "1\n2"));
        guest.Run("echo 'unfinished").ExitCode.ShouldNotBe(0);
        guest.Run("exit 42").ShouldBe(new GuestResult(42, ""));
        guest.Run("echo to stderr >&2; cat").ShouldBe(new GuestResult(0, "to stderr"));
        guest.Run("seq -s, 1 2000").Output.ShouldBe(string.Join(',', Enumerable.Range(1, 2000)));
        Should.Throw<QemuGuestException>(() => guest.Run("sleep 600", seconds: 1)).Message.ShouldContain("last lines of the console");
    }
}
