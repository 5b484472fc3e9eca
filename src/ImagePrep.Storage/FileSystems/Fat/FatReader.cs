using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Fat.Allocation;
using ImagePrep.Storage.FileSystems.Fat.Checking;
using ImagePrep.Storage.FileSystems.Fat.Directories;
using ImagePrep.Storage.FileSystems.Fat.Names;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat;

/// <summary>The reading half of <see cref="IFileSystemReader"/> over a FAT volume. Owner and mode are those of a Linux mount without options.</summary>
internal class FatReader(FatVolume volume) : IFileSystemReader
{
    /// <summary>Mode of everything on a Linux mount by root: 0777 without the umask 022.</summary>
    protected const int UsualPermissions = 0b111_101_101;

    /// <summary>Mode of a file with the read-only attribute. Of a directory the attribute says something else, and Linux ignores it.</summary>
    protected const int ReadOnlyPermissions = 0b101_101_101;

    // Reading a file in pieces, or a path below one directory, asks for the same chain again and again: the last one is kept.
    private (NodeId Node, ClusterChain Chain)? _lastFile;
    private (NodeId Node, FatDirectory Directory)? _lastDirectory;
    private uint? _freeClusters;

    public FileSystemSummary Summary => new(
        "vfat",
        volume.Boot.VolumeId,
        FatDirectory.LoadRoot(volume).Label?.Text ?? "",
        volume.Boot.ClusterSize,
        volume.TotalBytes,
        FreeClusters() * (long)volume.Boot.ClusterSize,
        default,
        volume.IsMarkedDirty ? ["dirty"] : [],
        $"FAT{(int)volume.Boot.Type}");

    public NodeId Root => NodeTable.Root;

    protected FatVolume Volume => volume;

    protected NodeTable Nodes { get; } = new();

    public NodeInfo Stat(NodeId node)
    {
        if (node == Root)
        {
            return DirectoryInfo(node, default, default);
        }

        DirectoryRecord record = ReadRecord(node);
        return record.IsDirectory
            ? DirectoryInfo(node, record.Modified, record.Accessed)
            : new NodeInfo(
                NodeKind.File, PermissionsOf(record), 0, 0, record.FileSize, 1, record.Modified, record.Modified, record.Accessed);
    }

    public bool TryLookup(NodeId directory, FileName name, out NodeId node)
    {
        FatDirectory found = OpenDirectory(directory);
        FatEntry? entry = LongName.TryDecode(name, out string? text) ? found.Find(text) : null;
        node = entry is null ? default : Nodes.IdOf(found.PositionOf(entry.Offset));
        return entry is not null;
    }

    public IEnumerable<DirectoryEntry> List(NodeId directory)
    {
        FatDirectory found = OpenDirectory(directory);
        foreach (FatEntry entry in found.Entries)
        {
            yield return new DirectoryEntry(
                new FileName(entry.Text), Nodes.IdOf(found.PositionOf(entry.Offset)), entry.Record.IsDirectory ? NodeKind.Directory : NodeKind.File);
        }
    }

    public int Read(NodeId file, long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        DirectoryRecord record = ReadFileRecord(file);
        int count = (int)Math.Clamp(record.FileSize - offset, 0, destination.Length);
        if (count > 0)
        {
            ChainContent.Read(volume, ChainOf(file, record), offset, destination[..count]);
        }

        return count;
    }

    public byte[] ReadLink(NodeId link)
    {
        _ = Stat(link);
        throw new IOException($"Node {link} is not a symbolic link: FAT has none.");
    }

    public IReadOnlyList<ExtendedAttribute> GetAttributes(NodeId node)
    {
        _ = node == Root ? null : ReadRecord(node);
        return [];
    }

    public IReadOnlyList<ByteRange> ContentRanges(NodeId file)
    {
        DirectoryRecord record = ReadFileRecord(file);
        return [.. ChainContent.Ranges(volume, ChainOf(file, record), 0, record.FileSize)];
    }

    public IReadOnlyList<ByteRange> UnusedRanges()
    {
        // What one file leaves free may be another's content on a damaged volume.
        UnusedBytes unused = new(volume);
        Problems problems = new();
        new VolumeScan(volume, problems, unused).Run();
        if (problems.Found is [string first, ..])
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, "FAT file system", $"nobody can tell what is free in it: {first} Run fsck.fat -a on it first.");
        }

        unused.AddFree(volume.ReadFreeClusters().SetRuns());
        unused.AddRoundings();
        return unused.Ranges();
    }

    protected virtual uint FreeClusters() => _freeClusters ??= volume.ReadFreeClusters().Count;

    protected static int PermissionsOf(DirectoryRecord record) =>
        record.Attributes.HasFlag(FatAttributes.ReadOnly) ? ReadOnlyPermissions : UsualPermissions;

    /// <exception cref="FileNotFoundException">The node is not in use.</exception>
    protected DirectoryRecord ReadRecord(NodeId node) => new(volume.Device.ReadBytes(Nodes.PositionOf(node), DirectoryRecord.Size));

    protected DirectoryRecord ReadFileRecord(NodeId file)
    {
        DirectoryRecord? record = file == Root ? null : ReadRecord(file);
        return record is { IsDirectory: false } ? record : throw new IOException($"Node {file} is not a regular file.");
    }

    /// <summary>Reads a directory anew.</summary>
    protected FatDirectory LoadDirectory(NodeId directory)
    {
        if (directory == Root)
        {
            return FatDirectory.LoadRoot(volume);
        }

        DirectoryRecord record = ReadRecord(directory);
        return record.IsDirectory
            ? FatDirectory.Load(volume, record.FirstCluster(volume.Boot.Type))
            : throw new IOException($"Node {directory} is not a directory.");
    }

    protected ClusterChain LoadChain(NodeId file, DirectoryRecord record) =>
        ClusterChain.LoadStart(volume, record.FirstCluster(volume.Boot.Type), volume.ClustersFor(record.FileSize), $"FAT file {file}");

    /// <summary>Forgets what was kept of chains and directories that change.</summary>
    protected void ForgetKept()
    {
        _lastFile = null;
        _lastDirectory = null;
    }

    private FatDirectory OpenDirectory(NodeId directory)
    {
        if (_lastDirectory is not { } last || last.Node != directory)
        {
            last = (directory, LoadDirectory(directory));
            _lastDirectory = last;
        }

        return last.Directory;
    }

    private ClusterChain ChainOf(NodeId file, DirectoryRecord record)
    {
        if (_lastFile is not { } last || last.Node != file)
        {
            last = (file, LoadChain(file, record));
            _lastFile = last;
        }

        return last.Chain;
    }

    private NodeInfo DirectoryInfo(NodeId node, UnixTime modified, UnixTime accessed)
    {
        FatDirectory directory = OpenDirectory(node);
        int subdirectories = directory.Entries.Count(entry => entry.Record.IsDirectory);
        return new NodeInfo(
            NodeKind.Directory, UsualPermissions, 0, 0, directory.Bytes.Length, 2 + subdirectories, modified, modified, accessed);
    }
}
