using ImagePrep.Guests;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Initramfs;

/// <summary>What in a guest puts secrets into its initramfs: the reason to refuse one that cannot be read.</summary>
public static class InitramfsSources
{
    /// <summary>Files that are there for nothing else.</summary>
    private static readonly string[] Files =
    [
        "/etc/dropbear/initramfs/*_host_key", "/etc/dropbear-initramfs/*_host_key", "/usr/share/initramfs-tools/hooks/dropbear",
        "/usr/share/initramfs-tools/hooks/tinyssh", "/usr/lib/dracut/modules.d/*sshd", "/usr/lib/dracut/modules.d/*crypt-ssh",
        "/usr/lib/initcpio/install/*dropbear", "/usr/lib/initcpio/install/*tinyssh", "/usr/lib/initcpio/install/*ssh*", "/crypto_keyfile.bin",
    ];

    /// <summary>
    /// Settings that name key files: where, how the line begins, and what its value has in it. KEYFILE_PATTERN is cryptsetup's for initramfs-tools, FILES
    /// mkinitcpio's, install_items dracut's, sshkey that of kdump.
    /// </summary>
    private static readonly (string Pattern, string Setting, string Part)[] Settings =
    [
        ("/etc/cryptsetup-initramfs/conf-hook", "KEYFILE_PATTERN=", "/"),
        ("/etc/initramfs-tools/initramfs.conf", "KEYFILE_PATTERN=", "/"),
        ("/etc/initramfs-tools/conf.d/*", "KEYFILE_PATTERN=", "/"),
        ("/etc/mkinitcpio.conf", "FILES=", "key"),
        ("/etc/mkinitcpio.conf.d/*.conf", "FILES", "key"),
        ("/etc/dracut.conf", "install_items", "key"),
        ("/etc/dracut.conf.d/*.conf", "install_items", "key"),
        ("/etc/kdump.conf", "sshkey", "/"),
    ];

    /// <summary>Guest paths, with what they say where that counts; empty when nothing is known that would put a secret there.</summary>
    public static IReadOnlyList<string> In(GuestTree files)
    {
        ArgumentNullException.ThrowIfNull(files);
        List<string> found = [.. Files.SelectMany(files.Glob).Select(node => node.Path.ToString())];
        foreach ((string pattern, string setting, string part) in Settings)
        {
            found.AddRange(Lines(files, pattern)
                .Where(line => line.Text.StartsWith(setting, StringComparison.Ordinal) && line.Text[setting.Length..].Contains(part, StringComparison.Ordinal))
                .Select(line => $"{setting.TrimEnd('=')} in {line.Path}"));
        }

        found.AddRange(Lines(files, "/etc/crypttab").Where(line => NamesKeyFile(line.Text)).Select(line => $"a key file in {line.Path}"));
        return [.. found.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>crypttab(5): the third word is a key file, or "none" or "-". A device such as /dev/urandom is no secret.</summary>
    private static bool NamesKeyFile(string line) =>
        line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [not ['#', ..], _, ['/', ..] key, ..]
        && !key.StartsWith("/dev/", StringComparison.Ordinal);

    private static IEnumerable<(GuestPath Path, string Text)> Lines(GuestTree files, string pattern) =>
        from node in files.Glob(pattern)
        where node.Info.Kind == NodeKind.File
        from line in System.Text.Encoding.UTF8.GetString(GuestTree.ReadAll(node)).Split('\n')
        select (node.Path, line.Trim());
}
