using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Editing;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Ext.Directories;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <content>More names for an inode, and names that move.</content>
internal sealed partial class ExtEditor
{
    public void Link(NodeId node, NodeId directory, FileName name)
    {
        using EditOperation operation = Begin();
        DirectoryBlocks parent = OpenForChange(directory);
        CheckNameIsFree(parent, name);
        Inode inode = ReadForChange(node);
        if (inode.IsDirectory)
        {
            throw new IOException($"Inode {inode.Number} is a directory, which has one name only.");
        }

        if (inode.Links >= LinkLimit)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, $"inode {inode.Number}", $"it has {inode.Links} names, as many as an inode can have here.");
        }

        inode.Links++;
        WriteChanged(inode);
        AddName(parent, name, inode);
        operation.Complete();
    }

    public void Rename(NodeId fromDirectory, FileName fromName, NodeId toDirectory, FileName toName)
    {
        DirectoryFile.CheckNotDot(fromName);
        DirectoryFile.CheckNotDot(toName);
        using EditOperation operation = Begin();
        DirectoryBlocks from = OpenForChange(fromDirectory);
        DirectoryBlocks to = toDirectory == fromDirectory ? from : OpenForChange(toDirectory);
        Inode moved = ReadNamed(from, fromName);
        Inode? replaced = DirectoryFile.TryFind(to, toName, out _) ? ReadNamed(to, toName) : null;
        if (replaced?.Number == moved.Number)
        {
            return;
        }

        if (replaced is not null)
        {
            CheckReplaceable(replaced, toName, moved);
        }

        if (moved.IsDirectory)
        {
            MoveBelow(moved, from, to, replaced is not null);
        }

        RemoveName(from, fromName);
        if (replaced is null)
        {
            AddName(to, toName, moved);
        }
        else
        {
            DirectoryFile.Replace(to, toName, moved.Number, ModeBits.EntryType(moved.Mode));
            WriteModified(to.Inode);
            Discard(replaced);
        }

        WriteChanged(moved);
        operation.Complete();
    }

    private void CheckReplaceable(Inode replaced, FileName name, Inode moved)
    {
        if (replaced.IsDirectory != moved.IsDirectory)
        {
            throw new IOException($"'{name}', inode {replaced.Number}, is {(replaced.IsDirectory ? "a" : "no")} directory, so inode {moved.Number} cannot take its place.");
        }

        if (replaced.IsDirectory)
        {
            CheckIsEmpty(replaced, name);
        }
    }

    /// <summary>Makes a directory a child of another one: "..", and the links that the parents have from it. The parents are written by the caller.</summary>
    private void MoveBelow(Inode moved, DirectoryBlocks from, DirectoryBlocks to, bool replaces)
    {
        if (from != to)
        {
            CheckIsNotAbove(moved, to);
            SetParent(moved, from.Inode.Number, to.Inode.Number);
        }

        if (replaces)
        {
            UncountSubdirectory(from.Inode);
        }
        else if (from != to)
        {
            CountSubdirectory(to.Inode);
            UncountSubdirectory(from.Inode);
        }

    }

    private void SetParent(Inode directory, uint old, uint parent)
    {
        DirectoryBlocks content = new(Volume, directory, session);
        uint found = DirectoryFile.Parent(content);
        if (found != old)
        {
            throw CorruptImageException.OutOfRange($"directory inode {directory.Number}", "inode of '..'", found, $"{old}, where its name is");
        }

        DirectoryFile.SetParent(content, parent);
    }

    private void CheckIsNotAbove(Inode moved, DirectoryBlocks to)
    {
        HashSet<uint> visited = [];
        DirectoryBlocks directory = to;
        while (directory.Inode.Number != Root.Value)
        {
            if (directory.Inode.Number == moved.Number)
            {
                throw new IOException($"The directory with inode {moved.Number} cannot be moved into itself, or into what is below it.");
            }

            if (!visited.Add(directory.Inode.Number))
            {
                throw CorruptImageException.Loop($"directory inode {to.Inode.Number}", "the way up to the root", visited.Count);
            }

            DirectoryFile.TryFind(directory, new FileName(DotRecords.ParentName), out DirectoryRecord above);
            directory = new DirectoryBlocks(Volume, ReadUsedInode(NodeOf(above, new NodeId(directory.Inode.Number))));
        }
    }

    /// <summary>What becomes of an inode whose name went to another.</summary>
    private void Discard(Inode inode)
    {
        if (inode.IsDirectory)
        {
            Delete(inode);
        }
        else
        {
            DropLink(inode);
        }
    }
}
