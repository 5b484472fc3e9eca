namespace ImagePrep.TestKit;

/// <summary>The least that recipes for Debian 12 take for a guest: a folder for <c>mke2fs -d</c>. It does not boot.</summary>
public static class SmallGuest
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    /// <param name="folder">Made, and filled.</param>
    /// <param name="fstab">The guest's /etc/fstab.</param>
    public static void WriteTo(string folder, string fstab = "")
    {
        Write(folder, "etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        Write(folder, "var/lib/dpkg/status", """
            Package: systemd
            Status: install ok installed
            Version: 252.39-1~deb12u1

            Package: openssh-server
            Status: install ok installed
            Version: 1:9.2p1-2+deb12u7

            """);
        Write(folder, "usr/lib/systemd/systemd", "elf", Executable);
        Write(folder, "usr/sbin/sshd", "elf", Executable);
        Write(folder, "etc/fstab", fstab);
        Write(folder, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        Write(folder, "etc/hostname", "base\n");
        Write(folder, "etc/hosts", "127.0.0.1 localhost\n127.0.1.1 base\n");
        Write(folder, "etc/ssh/sshd_config", "PermitRootLogin no\n");
        Write(folder, "etc/ssh/ssh_host_ed25519_key", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
        Write(folder, "etc/ssh/ssh_host_ed25519_key.pub", "ssh-ed25519 AAAA\n");
        Write(folder, "var/lib/systemd/random-seed", new string('s', 512));
    }

    private static void Write(string folder, string name, string content, UnixFileMode? mode = null)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        if (mode is { } wanted && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, wanted);
        }
    }
}
