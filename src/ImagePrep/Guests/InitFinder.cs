using System.Text;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests;

/// <summary>Tells from what is installed which init system boots a guest: what /sbin/init is, then what it would start.</summary>
internal static class InitFinder
{
    private static readonly string[] SystemdBinaries = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"];

    /// <summary>
    /// Its library carries the version in its name since systemd 231: libsystemd-shared-252.so, libsystemd-shared-252-32.el9_4.so. Debian keeps it
    /// below the folder of the architecture.
    /// </summary>
    private static readonly string[] SystemdLibraries =
    [
        "/usr/lib/systemd/libsystemd-shared-*.so", "/lib/systemd/libsystemd-shared-*.so", "/usr/lib64/systemd/libsystemd-shared-*.so",
        "/usr/lib/*-linux-gnu*/systemd/libsystemd-shared-*.so",
    ];

    public static InitSystem Find(GuestTree tree, InstalledPackages packages)
    {
        // Several may be installed; the one that /sbin/init leads to is the one that runs.
        string init = tree.TryFind("/sbin/init", out GuestNode? node) ? node.Path.Name.ToString() : "";
        bool hasSystemd = SystemdBinaries.Any(tree.Exists);
        return init switch
        {
            "systemd" => Systemd(tree, packages),
            _ when tree.Exists("/sbin/procd") => new InitSystem(InitSystem.OpenWrt, 0),
            _ when tree.Exists("/sbin/openrc") || tree.Exists("/usr/sbin/openrc") => new InitSystem(InitSystem.OpenRc, 0),
            _ when tree.Exists("/etc/rc.d/rc.sysinit") => new InitSystem(InitSystem.RcSysinit, 0),
            "busybox" when tree.Exists("/etc/init.d/rcS") => new InitSystem(InitSystem.BusyBox, 0),
            not "" when tree.Exists("/etc/inittab") && (tree.Exists("/lib/init/rc") || tree.Exists("/etc/init.d/rc")) => new InitSystem(InitSystem.SysVinit, 0),
            "" when hasSystemd => Systemd(tree, packages),
            _ => new InitSystem(InitSystem.Unknown, 0),
        };
    }

    private static InitSystem Systemd(GuestTree tree, InstalledPackages packages)
    {
        // "252.39-1~deb12u1": the part before the first character that is no digit.
        int version = LeadingNumber(packages.Version("systemd") ?? "");
        if (version == 0)
        {
            version = SystemdLibraries.SelectMany(tree.Glob)
                .Select(library => LeadingNumber(library.Path.Name.ToString()["libsystemd-shared-".Length..]))
                .FirstOrDefault(number => number > 0);
        }

        return new InitSystem(InitSystem.Systemd, version > 0 ? version : VersionInside(tree));
    }

    /// <summary>Older ones are one program, which prints "systemd 219" when asked and holds that text.</summary>
    private static int VersionInside(GuestTree tree)
    {
        const string Name = "systemd ";
        GuestNode? binary = SystemdBinaries.Select(path => tree.TryFind(path, out GuestNode? found) ? found : null).FirstOrDefault(found => found is not null);
        if (binary is null || binary.Info.Kind != NodeKind.File)
        {
            return 0;
        }

        ReadOnlySpan<byte> content = GuestTree.ReadAll(binary);
        ReadOnlySpan<byte> wanted = Encoding.ASCII.GetBytes("\0" + Name);
        while (content.IndexOf(wanted) is >= 0 and int at)
        {
            content = content[(at + wanted.Length)..];
            int end = content.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (end is >= 2 and <= 4 && content[end] is 0 or (byte)'\n')
            {
                return int.Parse(content[..end], System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    private static int LeadingNumber(string text)
    {
        int digits = text.TakeWhile(char.IsAsciiDigit).Count();
        return digits is > 0 and < 6 ? int.Parse(text.AsSpan(0, digits), System.Globalization.CultureInfo.InvariantCulture) : 0;
    }
}
