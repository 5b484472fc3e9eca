using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Editing;
using ImagePrep.Storage.FileSystems.Fat.Allocation;
using ImagePrep.Storage.FileSystems.Fat.Checking;
using ImagePrep.Storage.FileSystems.Fat.Directories;
using ImagePrep.Storage.FileSystems.Fat.Editing;
using ImagePrep.Storage.FileSystems.Fat.Names;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat;

/// <summary>
/// The writing half: every public method is one operation that happens whole or not at all. Of owner and mode FAT keeps one bit, whether a file
/// may be written; what cannot be kept at all (another owner, links, extended attributes) is refused.
/// </summary>
internal sealed partial class FatEditor(FatSession session) : FatReader(session.Volume), IFileSystem
{
    private const int OwnerMayWrite = 0b010_000_000;
    private const int PermissionMask = 0xFFF;

    public NodeId CreateFile(NodeId directory, FileName name, NodeAttributes attributes, ReadOnlySpan<byte> content)
    {
        CheckAttributes(attributes);
        long position;
        using (EditOperation operation = Begin())
        {
            FatDirectory parent = OpenForNewName(directory, name, out string text);
            ClusterChain chain = new();
            DirectoryRecord record = DirectoryRecord.Create([], 0, FileAttributes(FatAttributes.Archive, attributes.Permissions), session.WriteTime);
            new FileWriter(session, record, chain).Replace(content);
            position = AddName(directory, parent, text, record);
            operation.Complete();
        }

        ForgetKept();
        return Nodes.IdOf(position);
    }

    public NodeId CreateDirectory(NodeId directory, FileName name, NodeAttributes attributes)
    {
        CheckAttributes(attributes);
        long position;
        using (EditOperation operation = Begin())
        {
            FatDirectory parent = OpenForNewName(directory, name, out string text);
            ClusterChain chain = new();
            session.Clusters.Extend(chain, 1);
            uint parentCluster = directory == Root ? 0 : parent.Chain!.First;
            byte[] first = new byte[Volume.Boot.ClusterSize];
            DirectoryOf(ShortName.Dot, chain.First).Raw.CopyTo(first, 0);
            DirectoryOf(ShortName.DotDot, parentCluster).Raw.CopyTo(first, DirectoryRecord.Size);
            session.WriteAt(Volume.ClusterStart(chain.First), first);
            position = AddName(directory, parent, text, DirectoryOf([], chain.First));
            operation.Complete();
        }

        ForgetKept();
        return Nodes.IdOf(position);
    }

    public NodeId CreateSymbolicLink(NodeId directory, FileName name, ReadOnlySpan<byte> target, uint userId = 0, uint groupId = 0) =>
        throw Refuse($"symbolic links cannot be kept, so '{name}' was not made");

    public void WriteContent(NodeId file, ReadOnlySpan<byte> content)
    {
        using EditOperation operation = Begin();
        DirectoryRecord record = ReadFileRecord(file);
        new FileWriter(session, record, LoadChain(file, record)).Replace(content);
        WriteRecord(file, record);
        operation.Complete();
    }

    public void WriteAt(NodeId file, long offset, ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, long.MaxValue - content.Length);
        using EditOperation operation = Begin();
        DirectoryRecord record = ReadFileRecord(file);
        new FileWriter(session, record, LoadChain(file, record)).Write(offset, content);
        WriteRecord(file, record);
        operation.Complete();
    }

    public void SetLength(NodeId file, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        using EditOperation operation = Begin();
        DirectoryRecord record = ReadFileRecord(file);
        new FileWriter(session, record, LoadChain(file, record)).SetLength(length);
        WriteRecord(file, record);
        operation.Complete();
    }

    public void Unlink(NodeId directory, FileName name) => Remove(directory, name, entry => entry.Record.IsDirectory
        ? throw new IOException($"'{name}' in directory {directory} is a directory; remove it as one.")
        : ChainOfFile(entry));

    public void RemoveDirectory(NodeId directory, FileName name) => Remove(directory, name, entry => entry.Record.IsDirectory
        ? ChainOfEmptyDirectory(entry)
        : throw new IOException($"'{name}' in directory {directory} is not a directory."));

    public void SetPermissions(NodeId node, int permissions)
    {
        CheckPermissions(permissions);
        using EditOperation operation = Begin();
        DirectoryRecord? record = node == Root ? null : ReadRecord(node);
        if (record is { IsDirectory: false })
        {
            record.Attributes = FileAttributes(record.Attributes, permissions);
            WriteRecord(node, record);
        }

        operation.Complete();
    }

    public void SetOwner(NodeId node, uint userId, uint groupId)
    {
        _ = node == Root ? null : ReadRecord(node);
        CheckOwner(userId, groupId);
    }

    public NodeAttributes AttributesAsKept(NodeKind kind, NodeAttributes wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        bool isReadOnly = kind == NodeKind.File && (wanted.Permissions & OwnerMayWrite) == 0;
        return new NodeAttributes(isReadOnly ? ReadOnlyPermissions : UsualPermissions);
    }

    public void SetAttribute(NodeId node, string name, ReadOnlySpan<byte> value) =>
        throw Refuse($"extended attributes cannot be kept, so '{name}' was not set");

    public void RemoveAttribute(NodeId node, string name) => _ = GetAttributes(node);

    /// <summary>Only counts: what deleting left is among <see cref="IFileSystemReader.UnusedRanges"/>.</summary>
    public ErasedLeftovers EraseLeftovers()
    {
        UnusedBytes unused = new(Volume);
        new VolumeScan(Volume, new Problems(), unused).Run();
        return new ErasedLeftovers(Nodes: 0, unused.RemovedNames);
    }

    public void Flush() => session.Flush();

    protected override uint FreeClusters() => session.Clusters.FreeCount;

    private static FatAttributes FileAttributes(FatAttributes attributes, int permissions) =>
        (permissions & OwnerMayWrite) != 0 ? attributes & ~FatAttributes.ReadOnly : attributes | FatAttributes.ReadOnly;

    private static void CheckAttributes(NodeAttributes attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        CheckPermissions(attributes.Permissions);
        CheckOwner(attributes.UserId, attributes.GroupId);
    }

    private static void CheckPermissions(int permissions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permissions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permissions, PermissionMask);
    }

    private static void CheckOwner(uint userId, uint groupId)
    {
        if (userId != 0 || groupId != 0)
        {
            throw Refuse($"everything belongs to root there, owner {userId}:{groupId} cannot be kept");
        }
    }

    private static UnsupportedImageException Refuse(string what) =>
        new(UnsupportedKind.Feature, "FAT file system", $"{what}. Choose a place on another file system.");

    private EditOperation Begin()
    {
        ForgetKept();
        return session.Begin();
    }

    private FatDirectory OpenForNewName(NodeId directory, FileName name, out string text)
    {
        FatDirectory parent = LoadDirectory(directory);
        text = LongName.ForNewEntry(name);
        return parent.Find(text) is null ? parent : throw new IOException($"'{name}' exists already in directory {directory}.");
    }

    private long AddName(NodeId directory, FatDirectory parent, string name, DirectoryRecord record)
    {
        long position = new DirectoryEditor(session, parent).Insert(name, (shortName, caseFlags) =>
        {
            shortName.CopyTo(record.Raw, 0);
            record.CaseFlags = caseFlags;
            return record;
        });
        TouchDirectory(directory);
        return position;
    }

    private static FatEntry FindEntry(FatDirectory parent, FileName name, NodeId directory) =>
        (LongName.TryDecode(name, out string? text) ? parent.Find(text) : null)
            ?? throw new FileNotFoundException($"There is no '{name}' in directory {directory}.");

    private ClusterChain ChainOfFile(FatEntry file) => ClusterChain.LoadStart(
        Volume, file.Record.FirstCluster(Volume.Boot.Type), Volume.ClustersFor(file.Record.FileSize), $"FAT file '{new FileName(file.Text)}'");

    private ClusterChain ChainOfEmptyDirectory(FatEntry directory)
    {
        FatDirectory content = FatDirectory.Load(Volume, directory.Record.FirstCluster(Volume.Boot.Type));
        return content.Entries.Count == 0 ? content.Chain! : throw new IOException($"The directory '{new FileName(directory.Text)}' is not empty.");
    }

    private void Remove(NodeId directory, FileName name, Func<FatEntry, ClusterChain> open)
    {
        long position;
        using (EditOperation operation = Begin())
        {
            FatDirectory parent = LoadDirectory(directory);
            FatEntry entry = FindEntry(parent, name, directory);
            position = parent.PositionOf(entry.Offset);
            session.Clusters.Shrink(open(entry), 0);
            new DirectoryEditor(session, parent).Remove(entry);
            TouchDirectory(directory);
            operation.Complete();
        }

        ForgetKept();
        Nodes.Forget(position);
    }

    private DirectoryRecord DirectoryOf(ReadOnlySpan<byte> shortName, uint cluster)
    {
        DirectoryRecord record = DirectoryRecord.Create(shortName, 0, FatAttributes.Directory, session.WriteTime);
        record.SetFirstCluster(Volume.Boot.Type, cluster);
        return record;
    }

    // The root directory has no record of its own.
    private void TouchDirectory(NodeId directory)
    {
        if (directory != Root)
        {
            DirectoryRecord record = ReadRecord(directory);
            record.Touch(session.WriteTime);
            WriteRecord(directory, record);
        }
    }

    private void WriteRecord(NodeId node, DirectoryRecord record) => session.WriteAt(Nodes.PositionOf(node), record.Raw);
}
