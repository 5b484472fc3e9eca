namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>An SSH server of a guest, and how to look at it.</summary>
/// <param name="Banner">How it greets.</param>
/// <param name="KeyFiles">The files of its host keys, as shell patterns.</param>
/// <param name="KeyCount">How many files those are.</param>
/// <param name="ReadStart">A command that prints when it started, in microseconds since boot.</param>
internal sealed record SshServer(string Banner, string KeyFiles, int KeyCount, string ReadStart)
{
    /// <summary>A command that connects to it and prints its greeting.</summary>
    public const string ReadBanner = "bash -c 'exec 3<>/dev/tcp/127.0.0.1/22; head -n 1 <&3'";

    /// <summary>The same, for at most a minute until there is one: Dropbear is "started" before it listens.</summary>
    public const string AwaitBanner = "for i in $(seq 60); do " + ReadBanner + " 2>/dev/null && break; sleep 1; done";

    public static SshServer OpenSsh { get; } =
        new("SSH-2.0-OpenSSH", "/etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub", 6, ReadStartOf("ssh.service"));

    /// <summary>OpenSSH with an instance for each connection. Units of past connections are gone, but not what was logged of them.</summary>
    public static SshServer OpenSshPerConnection { get; } =
        OpenSsh with { ReadStart = "journalctl -b --no-pager -o export -u 'ssh@*' | sed -n 's/^__MONOTONIC_TIMESTAMP=//p' | head -n 1" };

    public static SshServer Dropbear { get; } =
        new("SSH-2.0-dropbear", "/etc/dropbear/dropbear_*_host_key", 3, ReadStartOf("dropbear.service"));

    /// <summary>When its start began. Scripts of Debian 11 have no main process whose start could be asked for.</summary>
    private static string ReadStartOf(string service) => $"systemctl show --value -p InactiveExitTimestampMonotonic {service}";
}
