using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.RealBase;

/// <summary>The bases boot before anybody prepares them: where a prepared image does not, it is ours.</summary>
public sealed class UnmodifiedBaseTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("bookworm", "legacy63")]
    public void UnmodifiedBase_Boots_AndAnswersOnItsConsole(string suite, string layout)
    {
        using QemuGuest guest = QemuGuest.Start(new QemuOptions { Image = TestKit.RealBase.Image(suite, layout) });
        guest.WaitForLogin();
        guest.ConsoleLog.ShouldContain("GNU GRUB");

        guest.Run("uname -s").ShouldBe(new GuestResult(0, "Linux"));
        guest.Run("cat /etc/machine-id").EnsureSuccess("reading the machine-id").ShouldMatch("^[0-9a-f]{32}$");
        guest.Run("hostname").Output.ShouldBe("base");
        guest.Run("systemctl is-system-running --wait").Output.ShouldBe("running");
        guest.Run("journalctl --no-pager -o cat -k | grep crng").EnsureSuccess("looking for the pool").ShouldContain("crng init done");

        // The machine has no random generator to lean on.
        guest.Run("grep -cE 'rdrand|rdseed' /proc/cpuinfo").ShouldBe(new GuestResult(1, "0"));
        guest.Run("cat /sys/class/misc/hw_random/rng_current").Output.ShouldBe("none");

        guest.Run("ls /etc/ssh/ssh_host_*_key | wc -l").Output.ShouldBe("3");
        guest.Run("stat -c %s /var/lib/systemd/random-seed").Output.ShouldBe("512");
        output.WriteLine(guest.Run("systemd-analyze").Output);
        guest.Shutdown();
        guest.ConsoleLog.ShouldContain("Power down");
    }

    [Fact]
    public void Run_OutputWithQuotesMarkupAndErrors_ComesBackAsPrinted()
    {
        using QemuGuest guest = QemuGuest.Start(new QemuOptions { Image = TestKit.RealBase.Image("bookworm", "legacy63") });

        guest.Run("printf '%s\\n' \"it's\" '<end>' \"two  blanks\"").ShouldBe(new GuestResult(0, "it's\n<end>\ntwo  blanks"));
        guest.Run("for i in 1 2; do\n  echo $i\ndone").ShouldBe(new GuestResult(0, "1\n2"));
        guest.Run("echo 'unfinished").ExitCode.ShouldNotBe(0);
        guest.Run("exit 42").ShouldBe(new GuestResult(42, ""));
        guest.Run("echo to stderr >&2; cat").ShouldBe(new GuestResult(0, "to stderr"));
        guest.Run("seq -s, 1 2000").Output.ShouldBe(string.Join(',', Enumerable.Range(1, 2000)));
        guest.Kill();
        guest.HasExited.ShouldBeTrue();
        Should.Throw<QemuGuestException>(() => guest.Run("true")).Message.ShouldContain("last lines of the console");
    }
}
