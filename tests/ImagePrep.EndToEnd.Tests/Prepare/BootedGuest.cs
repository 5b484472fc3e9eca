using System.Globalization;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>What a booted guest says of itself over its serial console.</summary>
internal sealed record BootedGuest
{
    /// <summary>
    /// Microseconds. The kernel's log goes by another clock than systemd, and on a busy machine an emulated guest's clocks run apart; without the credit
    /// the pool is ready seconds later.
    /// </summary>
    private const long ClockDifference = 250_000;

    public required SshServer Server { get; init; }

    public required string HostName { get; init; }

    public required string MachineId { get; init; }

    /// <summary>SHA-256 of the seed file after it was rotated at this boot.</summary>
    public required string SeedDigest { get; init; }

    /// <summary>SHA-256 of each file of the SSH host keys and of the snakeoil pair, by path.</summary>
    public required IReadOnlyDictionary<string, string> Keys { get; init; }

    public required string MixStatus { get; init; }

    /// <summary>What the seed service logged, at debug level: why it does not credit. It has nothing to say when it does.</summary>
    public required string SeedLog { get; init; }

    public required bool FirstBoot { get; init; }

    public required string Cycles { get; init; }

    public required string SshBanner { get; init; }

    public required string FailedUnits { get; init; }

    /// <summary>Microseconds since boot: end of mixing, start and end of the seed service, pool ready, start and end of key generation, start of ssh.</summary>
    public required IReadOnlyDictionary<string, long> Times { get; init; }

    /// <summary>Boots a disk, looks, and shuts it down in order; what the guest writes stays on the disk.</summary>
    public static BootedGuest Boot(string disk, Guid? uuid = null, string? mac = null, SshServer? server = null)
    {
        using QemuGuest guest = QemuGuest.Start(new QemuOptions { Image = disk, Snapshot = false, Uuid = uuid, Mac = mac });
        BootedGuest look = Look(guest, server ?? SshServer.OpenSsh);
        guest.ConsoleLog.ShouldContain("GNU GRUB");
        guest.Shutdown();
        return look;
    }

    /// <summary>Waits until the boot is over, and looks. Where SSH is started by a connection, this is one.</summary>
    public static BootedGuest Look(QemuGuest guest, SshServer server)
    {
        WaitUntilUp(guest);
        return new BootedGuest
        {
            Server = server,
            // First: a connection may be what makes the keys.
            SshBanner = guest.Run(SshServer.AwaitBanner, seconds: 300).EnsureSuccess("ssh banner").Trim(),
            HostName = guest.Run("hostname").EnsureSuccess("hostname"),
            MachineId = guest.Run("cat /etc/machine-id").EnsureSuccess("machine-id"),
            SeedDigest = guest.Run("sha256sum < /var/lib/systemd/random-seed").EnsureSuccess("seed"),
            Keys = GuestKeys.Read(guest, server),
            MixStatus = guest.Run("cat /run/imageprep/mix.status").EnsureSuccess("mix.status"),
            SeedLog = guest.Run("journalctl -b --no-pager -o cat -t systemd-random-seed").EnsureSuccess("seed log"),
            FirstBoot = guest.Run("test -e /run/systemd/first-boot").ExitCode == 0,
            Cycles = guest.Run("journalctl -b --no-pager -o cat | grep -iE '(found|breaking) ordering cycle'").Output,
            FailedUnits = guest.Run("systemctl --failed --no-legend --plain").Output,
            Times = ReadTimes(guest, server),
        };
    }

    public static void WaitUntilUp(QemuGuest guest)
    {
        guest.WaitForLogin();
        guest.Run("systemctl is-system-running --wait", seconds: 300);
    }

    /// <summary>The order of the guest contract: mixing, seed, pool, keys, ssh; everything up, no cycle, sshd answers.</summary>
    public void ShouldBeInOrder()
    {
        Times["mixed"].ShouldBeGreaterThan(0);
        Times["mixed"].ShouldBeLessThanOrEqualTo(Times["seed-start"]);
        Times["pool-ready"].ShouldBeLessThanOrEqualTo(Times["keygen-end"] + ClockDifference);
        Times["seed-end"].ShouldBeLessThanOrEqualTo(Times["keygen-start"]);
        Times["keygen-end"].ShouldBeLessThanOrEqualTo(Times["ssh-start"]);
        SshBanner.ShouldStartWith(Server.Banner);
        Cycles.ShouldBeEmpty();
        FailedUnits.ShouldBeEmpty();
    }

    /// <summary>The seed counted as entropy: the mixing unit allowed it, the seed service did not object, and the pool was ready by then.</summary>
    /// <param name="poolFillsEarly">
    /// The kernel may have been ready before by itself, as old ones are that count interrupts as entropy: then the moment proves nothing more.
    /// Else the pool becomes ready at the very moment of the credit.
    /// </param>
    public void ShouldHaveCreditedItsSeed(bool poolFillsEarly = false)
    {
        MixStatus.ShouldContain("credit=yes");
        SeedLog.ShouldNotContain("not crediting");
        Times["pool-ready"].ShouldBeInRange(poolFillsEarly ? 0 : Times["seed-start"] - ClockDifference, Times["seed-end"] + ClockDifference);
    }

    private static Dictionary<string, long> ReadTimes(QemuGuest guest, SshServer server)
    {
        long Number(string command) => long.Parse(guest.Run(command).EnsureSuccess(command), CultureInfo.InvariantCulture);
        long Property(string unit, string property) => Number($"systemctl show --value -p {property} {unit}");

        string ready = guest.Run("journalctl -b -k --no-pager -o short-monotonic | grep 'crng init done'").EnsureSuccess("crng init done");
        string seconds = ready[(ready.IndexOf('[') + 1)..ready.IndexOf(']')].Trim();
        return new Dictionary<string, long>
        {
            ["mixed"] = Property("imageprep-mix.service", "ExecMainExitTimestampMonotonic"),
            ["seed-start"] = Property("systemd-random-seed.service", "ExecMainStartTimestampMonotonic"),
            ["seed-end"] = Property("systemd-random-seed.service", "ExecMainExitTimestampMonotonic"),
            ["pool-ready"] = (long)(double.Parse(seconds, CultureInfo.InvariantCulture) * 1e6),
            ["keygen-start"] = Property("imageprep-keygen.service", "ExecMainStartTimestampMonotonic"),
            ["keygen-end"] = Property("imageprep-keygen.service", "ExecMainExitTimestampMonotonic"),
            ["ssh-start"] = Number(server.ReadStart),
        };
    }
}
