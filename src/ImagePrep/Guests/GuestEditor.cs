using System.Text;
using ImagePrep.Guests.Selinux;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests;

/// <summary>What happened to one path of the guest.</summary>
public enum GuestChangeKind
{
    Created,
    Changed,
    Removed,
}

public sealed record GuestChange(GuestPath Path, GuestChangeKind Kind);

/// <summary>
/// Edits the guest's files. Every method first looks whether the guest is already as asked and then changes nothing,
/// so that a recipe run on its own golden image finds nothing to do. Changes are recorded in <see cref="Changes"/>.
/// </summary>
public sealed class GuestEditor(IReadOnlyList<Mount> mounts) : GuestTree(mounts)
{
    private const int DirectoryPermissions = 0b111_101_101;

    /// <summary>A path of Linux holds no more names.</summary>
    private const int MaxDepth = GuestPath.MaxLength / 2;

    private readonly List<GuestChange> _changes = [];
    private readonly Dictionary<GuestPath, int> _changeAt = [];
    private SelinuxLabels? _labels;
    private bool _labelsAreKnown;

    public IReadOnlyList<GuestChange> Changes => _changes;

    /// <summary>The changes since the last call: what one step did.</summary>
    public IReadOnlyList<GuestChange> TakeChanges()
    {
        GuestChange[] taken = [.. _changes];
        _changes.Clear();
        _changeAt.Clear();
        return taken;
    }

    /// <summary>
    /// Makes sure that a regular file with this content, mode and owner is at the path. A link there is replaced, never written through:
    /// its target belongs to somebody else. Missing parents are made with mode 0755, owned by root.
    /// </summary>
    public void PutFile(GuestPath path, ReadOnlySpan<byte> content, int permissions, uint userId = 0, uint groupId = 0)
    {
        GuestNode directory = EnsureDirectory(path.Parent);
        GuestPath real = directory.Path / path.Name;
        if (TryFind(real, out GuestNode? existing, followLast: false) && existing.Info.Kind == NodeKind.File)
        {
            bool same = existing.Info.Size == content.Length && content.SequenceEqual(ReadAll(existing));
            IFileSystem fileSystem = Editor(existing);
            NodeAttributes kept = fileSystem.AttributesAsKept(NodeKind.File, new NodeAttributes(permissions, userId, groupId));
            bool sameAttributes = existing.Info.Permissions == kept.Permissions && existing.Info.UserId == kept.UserId && existing.Info.GroupId == kept.GroupId;
            if (!same)
            {
                fileSystem.WriteContent(existing.Node, content);
            }

            if (!sameAttributes)
            {
                fileSystem.SetOwner(existing.Node, userId, groupId);
                fileSystem.SetPermissions(existing.Node, permissions);
            }

            if (!same || !sameAttributes)
            {
                Record(real, GuestChangeKind.Changed);
            }

            return;
        }

        bool replaced = existing is not null;
        if (existing is not null)
        {
            RemoveEntry(directory, existing);
        }

        NodeId node = Editor(directory).CreateFile(directory.Node, path.Name, new NodeAttributes(permissions, userId, groupId), content);
        Label(directory, node, real, NodeKind.File);
        Record(real, replaced ? GuestChangeKind.Changed : GuestChangeKind.Created);
    }

    public void PutFile(string path, string content, int permissions) =>
        PutFile(GuestPath.Parse(path), Encoding.UTF8.GetBytes(content), permissions);

    /// <summary>Replaces the whole content of a file, however large; owner, mode, attributes and its other names stay.</summary>
    public void ReplaceContent(GuestNode file, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(file);
        Editor(file).WriteContent(file.Node, content);
        Record(file.Path, GuestChangeKind.Changed);
    }

    /// <summary>Makes sure that a symbolic link with this target is at the path; a file or another link there is replaced.</summary>
    public void PutLink(GuestPath path, string target)
    {
        GuestNode directory = EnsureDirectory(path.Parent);
        GuestPath real = directory.Path / path.Name;
        byte[] bytes = Encoding.UTF8.GetBytes(target);
        bool replaced = TryFind(real, out GuestNode? existing, followLast: false);
        if (existing is not null)
        {
            if (existing.Info.Kind == NodeKind.SymbolicLink && existing.Mount.FileSystem.ReadLink(existing.Node).AsSpan().SequenceEqual(bytes))
            {
                return;
            }

            RemoveEntry(directory, existing);
        }

        NodeId node = Editor(directory).CreateSymbolicLink(directory.Node, path.Name, bytes);
        Label(directory, node, real, NodeKind.SymbolicLink);
        Record(real, replaced ? GuestChangeKind.Changed : GuestChangeKind.Created);
    }

    /// <summary>Removes a file or link (the link, not its target), or a directory with all it holds. Nothing happens when it is absent.</summary>
    public void Remove(GuestPath path)
    {
        if (TryFind(path, out GuestNode? node, followLast: false))
        {
            RemoveTree(node, _ => false, _ => { });
        }
    }

    /// <summary>Removes a file or link, or a directory with all it holds, but for what is to stay and the folders above that.</summary>
    /// <param name="node">Where to begin.</param>
    /// <param name="stays">Whether a file stays, or a folder with all it holds.</param>
    /// <param name="removing">Told each node before it goes.</param>
    /// <exception cref="CorruptImageException">A folder has two places, so that a walk may never end.</exception>
    public void RemoveTree(GuestNode node, Predicate<GuestNode> stays, Action<GuestNode> removing)
    {
        ArgumentNullException.ThrowIfNull(node);

        // It may have gone with a folder above it.
        if (TryFind(node.Path, out GuestNode? present, followLast: false))
        {
            RemoveTree(Find(node.Path.Parent), present, new Removal(stays, removing, []), depth: 0);
        }
    }

    /// <summary>Sets an extended attribute unless it already has this value.</summary>
    public void PutAttribute(GuestPath path, string name, ReadOnlySpan<byte> value)
    {
        GuestNode node = Find(path);
        byte[]? present = node.Mount.FileSystem.GetAttributes(node.Node).FirstOrDefault(attribute => attribute.Name == name)?.Value;
        if (present is null || !value.SequenceEqual(present))
        {
            Editor(node).SetAttribute(node.Node, name, value);
            Record(node.Path, GuestChangeKind.Changed);
        }
    }

    /// <summary>Writes what the file systems hold back. Call once, after the last edit.</summary>
    public void Flush()
    {
        foreach (Mount mount in Mounts)
        {
            mount.Editor?.Flush();
        }
    }

    private static IFileSystem Editor(GuestNode node) =>
        node.Mount.Editor ?? throw new InvalidOperationException($"{node.Mount.Point} was opened for reading only.");

    private GuestNode EnsureDirectory(GuestPath path)
    {
        if (TryFind(path, out GuestNode? found))
        {
            return found.Info.Kind == NodeKind.Directory
                ? found
                : throw InTheWay(path, "it is no folder in the guest, so nothing can be placed below it. Remove or rename it in the base.");
        }

        GuestNode parent = EnsureDirectory(path.Parent);
        GuestPath real = parent.Path / path.Name;
        if (TryFind(real, out _, followLast: false))
        {
            throw InTheWay(
                real, "it is a link to what the guest does not have, so nothing can be placed below it. Remove the link in the base, or make what it names.");
        }

        NodeId node = Editor(parent).CreateDirectory(parent.Node, path.Name, new NodeAttributes(DirectoryPermissions));
        Label(parent, node, real, NodeKind.Directory);
        Record(real, GuestChangeKind.Created);
        return new GuestNode(parent.Mount, node, real);
    }

    /// <summary>
    /// Gives a new node the label of the guest's policy; without a rule for it, that of its directory, as the kernel would. Where the directory has
    /// none, the guest does not label its files, labels all of them at its next boot, or the file system cannot hold labels.
    /// </summary>
    private void Label(GuestNode directory, NodeId node, GuestPath path, NodeKind kind)
    {
        byte[]? ofDirectory = directory.Mount.FileSystem.GetAttributes(directory.Node)
            .FirstOrDefault(attribute => attribute.Name == SelinuxLabels.AttributeName)?.Value;
        if (ofDirectory is null)
        {
            return;
        }

        if (!_labelsAreKnown)
        {
            _labels = SelinuxLabels.Of(this);
            _labelsAreKnown = true;
        }

        if (_labels is not null)
        {
            Editor(directory).SetAttribute(node, SelinuxLabels.AttributeName, _labels.ValueFor(path, kind) ?? ofDirectory);
        }
    }

    /// <summary>Returns false when something stays, and so the folder does too.</summary>
    private bool RemoveTree(GuestNode directory, GuestNode node, Removal removal, int depth)
    {
        if (removal.Stays(node))
        {
            return false;
        }

        RefuseMountPoint(directory, node);
        bool isAllGone = true;
        if (node.Info.Kind == NodeKind.Directory)
        {
            if (!removal.Entered.Add((node.Mount.Point, node.Node)))
            {
                throw new CorruptImageException(
                    CorruptKind.Loop, node.Path.ToString(), "the folder is found at a second place, so a walk through it may never end. Repair the base with e2fsck.");
            }

            if (depth > MaxDepth)
            {
                throw CorruptImageException.Loop($"/{node.Path.Names[0]}", "the chain of folders", MaxDepth);
            }

            foreach (GuestNode child in Children(node))
            {
                isAllGone &= RemoveTree(node, child, removal, depth + 1);
            }
        }

        if (isAllGone)
        {
            removal.Removing(node);
            RemoveEntry(directory, node);
            Record(node.Path, GuestChangeKind.Removed);
        }

        return isAllGone;
    }

    private static void RefuseMountPoint(GuestNode directory, GuestNode node)
    {
        if (directory.Mount != node.Mount)
        {
            throw InTheWay(node.Path, "a file system is mounted there, so it cannot be removed or replaced. Take its line out of /etc/fstab in the base.");
        }
    }

    private static void RemoveEntry(GuestNode directory, GuestNode node)
    {
        RefuseMountPoint(directory, node);
        if (node.Info.Kind == NodeKind.Directory)
        {
            if (node.Mount.FileSystem.List(node.Node).Any())
            {
                throw InTheWay(node.Path, "it is a folder that holds something, where a file or a link is to be placed. Remove or rename it in the base.");
            }

            Editor(directory).RemoveDirectory(directory.Node, node.Path.Name);
        }
        else
        {
            Editor(directory).Unlink(directory.Node, node.Path.Name);
        }
    }

    private static UnsupportedImageException InTheWay(GuestPath path, string message) => new(UnsupportedKind.Feature, path.ToString(), message);

    private void Record(GuestPath path, GuestChangeKind kind)
    {
        // A path made and changed by the same step was made.
        if (!_changeAt.TryGetValue(path, out int known))
        {
            _changeAt.Add(path, _changes.Count);
            _changes.Add(new GuestChange(path, kind));
        }
        else if (kind == GuestChangeKind.Removed || _changes[known].Kind == GuestChangeKind.Removed)
        {
            _changes[known] = new GuestChange(path, kind == GuestChangeKind.Created ? GuestChangeKind.Changed : kind);
        }
    }

    /// <summary>One removal of a tree, and the folders it came through.</summary>
    private sealed record Removal(Predicate<GuestNode> Stays, Action<GuestNode> Removing, HashSet<(GuestPath Mount, NodeId Folder)> Entered);
}
