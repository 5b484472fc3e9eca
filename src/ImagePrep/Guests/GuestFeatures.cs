using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests;

/// <summary>What a guest is made of beyond its init system, as far as keys and identities depend on it. Told from files, not from names.</summary>
/// <param name="SshServers">Of "openssh", "dropbear" and "tinyssh".</param>
/// <param name="SshSocket">The SSH server is started by a socket of systemd, at the first connection.</param>
/// <param name="Agents">What sets a machine up at its first boot: of "cloud-init", "google-guest-agent", "waagent", "ignition".</param>
/// <param name="Selinux">"enforcing", "permissive" or "disabled"; empty without SELinux.</param>
/// <param name="Initramfs">What makes its initramfs: of "initramfs-tools", "dracut", "mkinitcpio", "mkinitfs".</param>
/// <param name="UsrMerged">/bin is a link into /usr.</param>
/// <param name="FirstBootScript">Program that the kernel command line starts instead of init; empty for none.</param>
public sealed record GuestFeatures(
    IReadOnlyList<string> SshServers,
    bool SshSocket,
    IReadOnlyList<string> Agents,
    string Selinux,
    IReadOnlyList<string> Initramfs,
    bool UsrMerged,
    string FirstBootScript)
{
    private static readonly (string Name, string[] Files)[] KnownSshServers =
    [
        ("openssh", ["/usr/sbin/sshd"]),
        ("dropbear", ["/usr/sbin/dropbear", "/usr/bin/dropbear"]),
        ("tinyssh", ["/usr/sbin/tinysshd", "/usr/bin/tinysshd"]),
    ];

    private static readonly (string Name, string[] Files)[] KnownAgents =
    [
        ("cloud-init", ["/etc/cloud/cloud.cfg"]),
        ("google-guest-agent", ["/usr/bin/google_guest_agent", "/usr/bin/google_guest_agent_manager"]),
        ("waagent", ["/usr/sbin/waagent", "/usr/bin/waagent"]),
        ("ignition", ["/usr/bin/ignition", "/usr/lib/dracut/modules.d/30ignition"]),
    ];

    private static readonly (string Name, string[] Files)[] KnownInitramfs =
    [
        ("initramfs-tools", ["/usr/sbin/mkinitramfs"]),
        ("dracut", ["/usr/bin/dracut", "/usr/sbin/dracut", "/sbin/dracut"]),
        ("mkinitcpio", ["/usr/bin/mkinitcpio"]),
        ("mkinitfs", ["/sbin/mkinitfs", "/usr/sbin/mkinitfs"]),
    ];

    private static readonly string[] SocketLinks = ["ssh.socket", "sshd.socket", "dropbear.socket", "tinyssh.socket", "tinysshd.socket"];

    private static readonly string[] CommandLines = ["/boot/cmdline.txt", "/boot/firmware/cmdline.txt"];

    internal static GuestFeatures Of(GuestTree tree) => new(
        Present(tree, KnownSshServers),
        SocketLinks.Any(name => tree.TryFind("/etc/systemd/system/sockets.target.wants/" + name, out _, followLast: false)),
        Present(tree, KnownAgents),
        SelinuxMode(tree),
        Present(tree, KnownInitramfs),
        tree.TryFind("/bin", out GuestNode? bin, followLast: false) && bin.Info.Kind == NodeKind.SymbolicLink,
        CommandLines.Select(path => FirstProgram(tree.ReadText(path) ?? "")).FirstOrDefault(program => program.Length > 0) ?? "");

    private static string[] Present(GuestTree tree, (string Name, string[] Files)[] known) =>
        [.. known.Where(one => one.Files.Any(tree.Exists)).Select(one => one.Name)];

    /// <summary>SELINUX= of /etc/selinux/config (selinux_config(5)). Any other word is read as enforcing, as libselinux does not start without a known one.</summary>
    private static string SelinuxMode(GuestTree tree)
    {
        string? config = tree.ReadText("/etc/selinux/config");
        string mode = (config ?? "").Split('\n', StringSplitOptions.TrimEntries)
            .LastOrDefault(line => line.StartsWith("SELINUX=", StringComparison.Ordinal))?["SELINUX=".Length..].Trim().ToLowerInvariant() ?? "";
        return config is null ? "" : mode is "permissive" or "disabled" ? mode : "enforcing";
    }

    /// <summary>init= of a kernel command line kept in a file, which Raspberry Pi OS uses for its first boot.</summary>
    private static string FirstProgram(string commandLine)
    {
        string word = commandLine.Split((char[])[' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault(word => word.StartsWith("init=", StringComparison.Ordinal)) ?? "init=";
        return PrintableText.From(word["init=".Length..]);
    }
}
