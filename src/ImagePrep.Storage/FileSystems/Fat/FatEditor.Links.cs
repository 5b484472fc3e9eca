using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Editing;
using ImagePrep.Storage.FileSystems.Fat.Directories;
using ImagePrep.Storage.FileSystems.Fat.Editing;
using ImagePrep.Storage.FileSystems.Fat.Names;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat;

/// <content>
/// Names that move. A record is what a file is here, so moving it is all there is to do; a name in another case is a new name.
/// </content>
internal sealed partial class FatEditor
{
    public void Link(NodeId node, NodeId directory, FileName name)
    {
        _ = node == Root ? null : ReadRecord(node);
        throw Refuse($"hard links cannot be kept, every file has one name, so '{name}' was not made");
    }

    public void Rename(NodeId fromDirectory, FileName fromName, NodeId toDirectory, FileName toName)
    {
        long oldPosition;
        long newPosition;
        long? replacedPosition;
        using (EditOperation operation = Begin())
        {
            FatDirectory from = LoadDirectory(fromDirectory);
            FatDirectory to = LoadDirectory(toDirectory);
            FatEntry moved = FindEntry(from, fromName, fromDirectory);
            string text = LongName.ForNewEntry(toName);
            oldPosition = from.PositionOf(moved.Offset);
            FatEntry? replaced = to.Find(text);
            replacedPosition = replaced is null ? null : to.PositionOf(replaced.Offset);
            if (replacedPosition == oldPosition)
            {
                // One name and the same, perhaps in another case: nothing is in the way.
                (replaced, replacedPosition) = (null, null);
                if (moved.Text == text)
                {
                    return;
                }
            }

            if (moved.Record.IsDirectory && fromDirectory != toDirectory)
            {
                MoveBelow(moved.Record, to);
            }

            if (replaced is not null)
            {
                RemoveReplaced(to, replaced, moved.Record.IsDirectory);
            }

            new DirectoryEditor(session, from).Remove(moved);
            TouchDirectory(fromDirectory);
            newPosition = AddName(toDirectory, LoadDirectory(toDirectory), text, moved.Record);
            operation.Complete();
        }

        ForgetKept();
        if (replacedPosition is { } gone)
        {
            Nodes.Forget(gone);
        }

        Nodes.Move(oldPosition, newPosition);
    }

    private void RemoveReplaced(FatDirectory directory, FatEntry entry, bool byDirectory)
    {
        if (entry.Record.IsDirectory != byDirectory)
        {
            throw new IOException($"'{new FileName(entry.Text)}' is {(byDirectory ? "no" : "a")} directory, so another kind cannot take its place.");
        }

        session.Clusters.Shrink(byDirectory ? ChainOfEmptyDirectory(entry) : ChainOfFile(entry), 0);
        new DirectoryEditor(session, directory).Remove(entry);
    }

    /// <summary>Makes a directory a child of another one, which must not be itself or below it.</summary>
    private void MoveBelow(DirectoryRecord moved, FatDirectory to)
    {
        uint cluster = moved.FirstCluster(Volume.Boot.Type);
        HashSet<uint> visited = [];
        for (uint above = ClusterAbove(to, itself: true); above != 0; above = ClusterAbove(FatDirectory.Load(Volume, above), itself: false))
        {
            if (above == cluster)
            {
                throw new IOException("A directory cannot be moved into itself, or into what is below it.");
            }

            if (!visited.Add(above))
            {
                throw CorruptImageException.Loop(to.Name, "the way up to the root", visited.Count);
            }
        }

        FatDirectory content = FatDirectory.Load(Volume, cluster);
        FatEntry up = DotDotOf(content);
        up.Record.SetFirstCluster(Volume.Boot.Type, ClusterAbove(to, itself: true));
        session.WriteAt(content.PositionOf(up.Offset), up.Record.Raw);
    }

    /// <summary>Cluster of a directory or of its parent as ".." would name it: 0 for the root.</summary>
    private uint ClusterAbove(FatDirectory directory, bool itself)
    {
        uint cluster = itself ? directory.Chain?.First ?? 0 : DotDotOf(directory).Record.FirstCluster(Volume.Boot.Type);
        return Volume.Boot.Type == FatType.Fat32 && cluster == Volume.Boot.RootCluster ? 0 : cluster;
    }

    private static FatEntry DotDotOf(FatDirectory directory) =>
        directory.Dots.FirstOrDefault(entry => entry.Record.ShortName.SequenceEqual(ShortName.DotDot))
            ?? throw new CorruptImageException(CorruptKind.Inconsistent, directory.Name, "it has no '..'. Run fsck.fat on the image.");
}
