using ImagePrep.Storage.Errors;

namespace ImagePrep.Guests;

/// <summary>A partition whose file system could be opened: a candidate for the guest's root or one of its mounts.</summary>
/// <param name="Mount">File system and place; its mount point is not known yet and is "/".</param>
/// <param name="PartitionUuid">What PARTUUID= names; empty when there is none.</param>
/// <param name="PartitionName">What PARTLABEL= names; empty when there is none.</param>
public sealed record FileSystemCandidate(Mount Mount, string PartitionUuid, string PartitionName = "");

/// <summary>Finds the root file system and mounts the others where the guest's fstab says.</summary>
public static class GuestFinder
{
    /// <summary>What distributions had before os-release.</summary>
    private static readonly string[] ReleaseFiles = ["/etc/debian_version", "/etc/redhat-release", "/etc/SuSE-release", "/etc/alpine-release", "/etc/openwrt_release"];

    /// <summary>Returns the mounts, root first.</summary>
    /// <param name="candidates">File systems that can be read.</param>
    /// <param name="unread">For the message when none is a root: what else the disk holds.</param>
    /// <exception cref="UnsupportedImageException">No root file system, or more than one.</exception>
    public static IReadOnlyList<Mount> FindMounts(IReadOnlyList<FileSystemCandidate> candidates, string unread = "")
    {
        ArgumentNullException.ThrowIfNull(candidates);
        FileSystemCandidate[] roots = [.. candidates.Where(candidate => LooksLikeRoot(candidate.Mount))];
        if (roots.Length != 1)
        {
            string found = roots.Length == 0
                ? "no Linux root file system (an os-release file and an init) was found where ImagePrep can read: ext2/3/4 and FAT"
                    + (unread.Length > 0 ? $"; {unread}" : "")
                : "several partitions hold a root file system: " + string.Join(", ", roots.Select(root => root.Mount.PartitionNumber));
            throw new UnsupportedImageException(
                UnsupportedKind.Format, "guest", $"{found}. Give an image with one guest.");
        }

        FileSystemCandidate rootCandidate = roots[0];
        List<Mount> mounts = [rootCandidate.Mount];
        foreach (FileSystemTableEntry entry in FileSystemTable.Of(new GuestTree([rootCandidate.Mount])))
        {
            if (!GuestPath.TryParse(entry.Point, out GuestPath? point) || point.IsRoot)
            {
                continue;
            }

            FileSystemCandidate? match = candidates.FirstOrDefault(candidate => candidate != rootCandidate && IsNamed(candidate, entry.Source));
            if (match is not null && mounts.TrueForAll(mount => !mount.Point.Equals(point)))
            {
                mounts.Add(match.Mount with { Point = point });
            }
        }

        return mounts;
    }

    /// <summary>Reads what the guest is.</summary>
    public static Guest Describe(GuestTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        OsRelease release = OsRelease.Of(tree);
        string? status = tree.ReadText("/var/lib/dpkg/status");
        InstalledPackages packages = status is null ? InstalledPackages.None : InstalledPackages.ParseDpkgStatus(status);
        return new Guest(release, InitFinder.Find(tree, packages), GuestFeatures.Of(tree));
    }

    private static bool LooksLikeRoot(Mount mount)
    {
        GuestTree tree = new([mount]);
        return (tree.Exists("/etc/os-release") || tree.Exists("/usr/lib/os-release") || ReleaseFiles.Any(path => tree.TryFind(path, out _)))
            && (tree.Exists("/usr/lib/systemd/systemd") || tree.Exists("/lib/systemd/systemd") || tree.TryFind("/sbin/init", out _, followLast: false));
    }

    private static bool IsNamed(FileSystemCandidate candidate, string source)
    {
        (string tag, string value) = Tag(source);
        string own = tag switch
        {
            "UUID" => candidate.Mount.FileSystem.Summary.Uuid,
            "LABEL" => candidate.Mount.FileSystem.Summary.Label,
            "PARTUUID" => candidate.PartitionUuid,
            "PARTLABEL" => candidate.PartitionName,
            _ => "",
        };
        bool isUuid = tag is "UUID" or "PARTUUID";
        return tag.Length == 0
            ? IsDeviceNode(source, candidate.Mount.PartitionNumber)
            : own.Length > 0 && own.Equals(value, isUuid ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    /// <summary>"UUID=…" and its equal "/dev/disk/by-uuid/…" as ("UUID", "…"); the tag is empty for a device node.</summary>
    private static (string Tag, string Value) Tag(string source)
    {
        const string Links = "/dev/disk/by-";
        if (source.StartsWith(Links, StringComparison.Ordinal) && source.IndexOf('/', Links.Length) is > 0 and int slash)
        {
            return (source[Links.Length..slash].ToUpperInvariant(), source[(slash + 1)..]);
        }

        int equals = source.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? ("", source) : (source[..equals], source[(equals + 1)..]);
    }

    /// <summary>/dev/sda1, /dev/vda1, /dev/xvda1, /dev/hda1, /dev/nvme0n1p1: the image is the first disk. Without a table it is the disk itself.</summary>
    private static bool IsDeviceNode(string source, int number)
    {
        (string Disk, string Separator)[] disks =
            [("/dev/sda", ""), ("/dev/vda", ""), ("/dev/xvda", ""), ("/dev/hda", ""), ("/dev/nvme0n1", "p"), ("/dev/mmcblk0", "p")];
        return disks.Any(disk => source == (number == 0 ? disk.Disk : $"{disk.Disk}{disk.Separator}{number}"));
    }
}
