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

    public required string HostName { get; init; }

    public required string MachineId { get; init; }

    /// <summary>SHA-256 of the seed file after it was rotated at this boot.</summary>
    public required string SeedDigest { get; init; }

    /// <summary>SHA-256 of each SSH host key, private and public, and of the snakeoil pair, by path.</summary>
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
    public static BootedGuest Boot(string disk, Guid? uuid)
    {
        using QemuGuest guest = QemuGuest.Start(new QemuOptions { Image = disk, Snapshot = false, Uuid = uuid });
        BootedGuest look = Look(guest);
        guest.ConsoleLog.ShouldContain("GNU GRUB");
        guest.Shutdown();
        return look;
    }

    /// <summary>The order of the guest contract: mixing, seed, pool, keys, ssh; everything up, no cycle, sshd answers.</summary>
    public void ShouldBeInOrder()
    {
        Times["mixed"].ShouldBeGreaterThan(0);
        Times["mixed"].ShouldBeLessThanOrEqualTo(Times["seed-start"]);
        Times["pool-ready"].ShouldBeLessThanOrEqualTo(Times["keygen-end"] + ClockDifference);
        Times["seed-end"].ShouldBeLessThanOrEqualTo(Times["keygen-start"]);
        Times["keygen-end"].ShouldBeLessThanOrEqualTo(Times["ssh-start"]);
        Keys.Count.ShouldBe(8);
        SshBanner.ShouldStartWith("SSH-2.0-OpenSSH");
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

    private static BootedGuest Look(QemuGuest guest)
    {
        guest.WaitForLogin();
        guest.Run("systemctl is-system-running --wait", seconds: 300);
        return new BootedGuest
        {
            HostName = guest.Run("hostname").EnsureSuccess("hostname"),
            MachineId = guest.Run("cat /etc/machine-id").EnsureSuccess("machine-id"),
            SeedDigest = guest.Run("sha256sum < /var/lib/systemd/random-seed").EnsureSuccess("seed"),
            Keys = ReadKeys(guest),
            MixStatus = guest.Run("cat /run/imageprep/mix.status").EnsureSuccess("mix.status"),
            SeedLog = guest.Run("journalctl -b --no-pager -o cat -t systemd-random-seed").EnsureSuccess("seed log"),
            FirstBoot = guest.Run("test -e /run/systemd/first-boot").ExitCode == 0,
            Cycles = guest.Run("journalctl -b --no-pager -o cat | grep -iE '(found|breaking) ordering cycle'").Output,
            SshBanner = guest.Run("bash -c 'exec 3<>/dev/tcp/127.0.0.1/22; head -n 1 <&3'").EnsureSuccess("ssh banner").Trim(),
            FailedUnits = guest.Run("systemctl --failed --no-legend --plain").Output,
            Times = ReadTimes(guest),
        };
    }

    private static Dictionary<string, string> ReadKeys(QemuGuest guest)
    {
        string digests = guest.Run("sha256sum /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub /etc/ssl/private/ssl-cert-snakeoil.key /etc/ssl/certs/ssl-cert-snakeoil.pem")
            .EnsureSuccess("keys");
        return digests.Split('\n').Select(line => line.Split("  ", 2)).ToDictionary(parts => parts[1].Trim(), parts => parts[0]);
    }

    private static Dictionary<string, long> ReadTimes(QemuGuest guest)
    {
        long Property(string unit, string property) =>
            long.Parse(guest.Run($"systemctl show --value -p {property} {unit}").EnsureSuccess(unit), CultureInfo.InvariantCulture);

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
            ["ssh-start"] = Property("ssh.service", "ExecMainStartTimestampMonotonic"),
        };
    }
}
