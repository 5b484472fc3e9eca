namespace ImagePrep.Storage.FileSystems;

/// <summary>A file, directory or link inside one file system: its inode number.</summary>
public readonly record struct NodeId(uint Value)
{
    public override string ToString() => $"#{Value}";
}

public enum NodeKind
{
    File,
    Directory,
    SymbolicLink,
    CharacterDevice,
    BlockDevice,
    Fifo,
    Socket,
}

/// <summary>Seconds since 1970-01-01T00:00:00Z and nanoseconds within the second.</summary>
public readonly record struct UnixTime(long Seconds, uint Nanoseconds = 0) : IComparable<UnixTime>
{
    public static bool operator <(UnixTime left, UnixTime right) => left.CompareTo(right) < 0;

    public static bool operator >(UnixTime left, UnixTime right) => left.CompareTo(right) > 0;

    public static bool operator <=(UnixTime left, UnixTime right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UnixTime left, UnixTime right) => left.CompareTo(right) >= 0;

    public int CompareTo(UnixTime other) => (Seconds, Nanoseconds).CompareTo((other.Seconds, other.Nanoseconds));
}

/// <summary>What stat(2) would tell. <see cref="Permissions"/> holds the low 12 bits of st_mode.</summary>
public sealed record NodeInfo(
    NodeKind Kind,
    int Permissions,
    uint UserId,
    uint GroupId,
    long Size,
    int LinkCount,
    UnixTime Modified,
    UnixTime Changed,
    UnixTime Accessed);

/// <summary>Owner and mode of a node that is about to be made. <see cref="Permissions"/> holds the low 12 bits of st_mode.</summary>
public sealed record NodeAttributes(int Permissions, uint UserId = 0, uint GroupId = 0);

/// <summary>One entry of a directory ("." and ".." are never listed).</summary>
public readonly record struct DirectoryEntry(FileName Name, NodeId Node, NodeKind Kind);

/// <summary>One extended attribute, with its full name such as "security.selinux".</summary>
public sealed record ExtendedAttribute(string Name, byte[] Value);

/// <summary>What inspection shows about a file system.</summary>
/// <param name="Type">"ext4", "vfat", …</param>
/// <param name="Uuid">In the form that blkid prints; empty when there is none.</param>
/// <param name="Label">Empty when there is none.</param>
/// <param name="BlockSize">Allocation unit in bytes.</param>
/// <param name="TotalBytes">Size of the file system.</param>
/// <param name="FreeBytes">Bytes in free allocation units.</param>
/// <param name="LastWrite">When the file system was last written, by its own record.</param>
/// <param name="Features">Feature names as the file system's own tools print them.</param>
/// <param name="Variant">What blkid prints as the version where it tells formats apart: "FAT32"; otherwise empty.</param>
public sealed record FileSystemSummary(
    string Type,
    string Uuid,
    string Label,
    int BlockSize,
    long TotalBytes,
    long FreeBytes,
    UnixTime LastWrite,
    IReadOnlyList<string> Features,
    string Variant = "");
