using System.Globalization;
using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Guests;

/// <summary>What a booted guest with Debian's sysvinit says of itself. There is no journal: files tell by their times when they were written.</summary>
internal sealed record SysvinitGuest
{
    private const string Seed = "/var/lib/urandom/random-seed";

    /// <summary>Seconds. Reading the two clocks takes a moment, and on a busy machine a long one.</summary>
    private const double ClockDifference = 0.5;

    public required string HostName { get; init; }

    public required string MachineId { get; init; }

    /// <summary>SHA-256 of each file of the SSH host keys and of the snakeoil pair, by path.</summary>
    public required IReadOnlyDictionary<string, string> Keys { get; init; }

    public required string Status { get; init; }

    public required string SshBanner { get; init; }

    /// <summary>What insserv says of the order that the scripts ask for, when it is told to change nothing.</summary>
    public required string Loops { get; init; }

    /// <summary>Seconds since 1970: end of mixing, seed loaded and rewritten, pool ready, first key, end of key generation, start of sshd.</summary>
    public required IReadOnlyDictionary<string, double> Times { get; init; }

    public static SysvinitGuest Look(QemuGuest guest) => new()
    {
        HostName = guest.Run("hostname").EnsureSuccess("hostname"),
        MachineId = guest.Run("cat /etc/machine-id").EnsureSuccess("machine-id"),
        SshBanner = guest.Run(SshServer.ReadBanner).EnsureSuccess("ssh banner").Trim(),
        Keys = GuestKeys.Read(guest, SshServer.OpenSsh),
        Status = guest.Run("imageprep-keygen status").EnsureSuccess("status"),
        Loops = guest.Run("insserv --dryrun 2>&1 | grep -iE 'loop|fatal'").Output,
        Times = ReadTimes(guest),
    };

    /// <summary>The order of the guest contract: mixing, seed, pool, keys, ssh.</summary>
    public void ShouldBeInOrder()
    {
        Times["mixed"].ShouldBeLessThanOrEqualTo(Times["seed"]);
        Times["seed"].ShouldBeLessThanOrEqualTo(Times["first-key"]);
        Times["pool-ready"].ShouldBeLessThanOrEqualTo(Times["first-key"] + ClockDifference);
        Times["first-key"].ShouldBeLessThanOrEqualTo(Times["keys"]);
        Times["keys"].ShouldBeLessThanOrEqualTo(Times["ssh"]);
        ShouldServe();
    }

    /// <summary>As a later boot has it, which makes no keys.</summary>
    public void ShouldBeInOrderWithoutNewKeys()
    {
        Times["first-key"].ShouldBeLessThan(Times["mixed"]);
        Times["mixed"].ShouldBeLessThanOrEqualTo(Times["seed"]);
        Times["seed"].ShouldBeLessThanOrEqualTo(Times["keys"]);
        Times["keys"].ShouldBeLessThanOrEqualTo(Times["ssh"]);
        ShouldServe();
    }

    private void ShouldServe()
    {
        Status.ShouldContain("keygen=ok");
        Status.ShouldContain("mix=ok");
        SshBanner.ShouldStartWith(SshServer.OpenSsh.Banner);
        Loops.ShouldBeEmpty();
    }

    private static Dictionary<string, double> ReadTimes(QemuGuest guest)
    {
        double Number(string command) => double.Parse(guest.Run(command).EnsureSuccess(command), CultureInfo.InvariantCulture);
        double Written(string files) => Number($"stat -c %.6Y {files} | sort -n | head -n 1");
        string[] now = guest.Run("date +%s.%N; cut -d' ' -f1 /proc/uptime").EnsureSuccess("clocks").Split('\n');
        double switchedOn = double.Parse(now[0], CultureInfo.InvariantCulture) - double.Parse(now[1], CultureInfo.InvariantCulture);
        return new Dictionary<string, double>
        {
            ["mixed"] = Written("/run/imageprep/mix.status"),
            ["seed"] = Written(Seed),
            ["pool-ready"] = switchedOn + Number("dmesg | sed -n 's/^\\[ *\\([0-9.]*\\)\\].*crng init done.*/\\1/p'"),
            ["first-key"] = Written(SshServer.OpenSsh.KeyFiles),
            ["keys"] = Written("/run/imageprep/keygen-ssh.status"),
            ["ssh"] = Written("/run/sshd.pid"),
        };
    }
}
