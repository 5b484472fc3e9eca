using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Editing;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <content>Making and removing names, and the inodes behind them.</content>
internal sealed partial class ExtEditor
{
    /// <summary>Most links of one inode in ext4; a directory beyond it says 1, "many", with the dir_nlink feature.</summary>
    private const int MaxLinks = 65000;

    /// <summary>Most links of one inode for the old drivers.</summary>
    private const int MaxOldLinks = 32000;

    /// <summary>i_extra_isize of today's kernels: all fields up to the project id.</summary>
    private const int UsualExtraSize = 32;

    private int LinkLimit => Volume.HasExtents ? MaxLinks : MaxOldLinks;

    public NodeId CreateFile(NodeId directory, FileName name, NodeAttributes attributes, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        CheckPermissions(attributes.Permissions);
        using EditOperation operation = Begin();
        DirectoryBlocks parent = OpenForChange(directory);
        CheckNameIsFree(parent, name);
        Inode inode = NewInode(parent.Inode, ModeBits.Regular, attributes);
        FileWriter writer = new(session, inode);
        writer.Write(0, content);
        writer.Finish();
        InheritAcl(parent.Inode, inode);
        session.WriteInode(inode);
        AddName(parent, name, inode);
        operation.Complete();
        return new NodeId(inode.Number);
    }

    public NodeId CreateDirectory(NodeId directory, FileName name, NodeAttributes attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        CheckPermissions(attributes.Permissions);
        using EditOperation operation = Begin();
        DirectoryBlocks parent = OpenForChange(directory);
        CheckNameIsFree(parent, name);
        CountSubdirectory(parent.Inode);
        Inode inode = NewInode(parent.Inode, ModeBits.Directory, attributes);
        inode.Links = 2;
        byte[] first = DirectoryFile.FirstBlock(DirectoryBlocks.MakeRules(Volume, inode), parent.Inode.Number);
        FileWriter writer = new(session, inode);
        writer.Write(0, first);
        writer.Finish();
        InheritAcl(parent.Inode, inode);
        session.WriteInode(inode);
        AddName(parent, name, inode);
        operation.Complete();
        return new NodeId(inode.Number);
    }

    public NodeId CreateSymbolicLink(NodeId directory, FileName name, ReadOnlySpan<byte> target, uint userId = 0, uint groupId = 0)
    {
        int longest = Math.Min(Volume.BlockSize, 4096) - 1;
        if (target.IsEmpty || target.Length > longest || target.Contains((byte)0))
        {
            throw new ArgumentException($"The target of a symbolic link has 1 to {longest} bytes and no NUL.", nameof(target));
        }

        using EditOperation operation = Begin();
        DirectoryBlocks parent = OpenForChange(directory);
        CheckNameIsFree(parent, name);
        Inode inode = NewInode(parent.Inode, ModeBits.SymbolicLink, new NodeAttributes(0x1FF, userId, groupId));
        if (target.Length < Inode.BlockAreaSize)
        {
            inode.Flags &= ~InodeFlags.Extents;
            inode.BlockArea.Clear();
            target.CopyTo(inode.BlockArea);
            inode.Size = target.Length;
        }
        else
        {
            FileWriter writer = new(session, inode);
            writer.Write(0, target);
            writer.Finish();
        }

        session.WriteInode(inode);
        AddName(parent, name, inode);
        operation.Complete();
        return new NodeId(inode.Number);
    }

    public void Unlink(NodeId directory, FileName name)
    {
        using EditOperation operation = Begin();
        DirectoryBlocks parent = OpenForChange(directory);
        Inode inode = ReadNamed(parent, name);
        if (inode.IsDirectory)
        {
            throw new IOException($"'{name}' in directory inode {directory.Value} is a directory; remove it as one.");
        }

        RemoveName(parent, name);
        DropLink(inode);
        operation.Complete();
    }

    public void RemoveDirectory(NodeId directory, FileName name)
    {
        using EditOperation operation = Begin();
        DirectoryBlocks parent = OpenForChange(directory);
        Inode inode = ReadNamed(parent, name);
        CheckIsEmpty(inode, name);
        UncountSubdirectory(parent.Inode);
        RemoveName(parent, name);
        Delete(inode);
        operation.Complete();
    }

    private DirectoryBlocks OpenForChange(NodeId directory) => new(Volume, ReadForChange(directory), session);

    private static void CheckNameIsFree(DirectoryBlocks parent, FileName name)
    {
        if (DirectoryFile.TryFind(parent, name, out _))
        {
            throw new IOException($"'{name}' exists already in directory inode {parent.Inode.Number}.");
        }
    }

    private Inode ReadNamed(DirectoryBlocks parent, FileName name)
    {
        if (!DirectoryFile.TryFind(parent, name, out DirectoryRecord record))
        {
            throw new FileNotFoundException($"There is no '{name}' in directory inode {parent.Inode.Number}.");
        }

        return ReadForChange(NodeOf(record, new NodeId(parent.Inode.Number)));
    }

    private void AddName(DirectoryBlocks parent, FileName name, Inode inode)
    {
        DirectoryFile.Insert(parent, name, inode.Number, ModeBits.EntryType(inode.Mode));
        WriteModified(parent.Inode);
    }

    private void RemoveName(DirectoryBlocks parent, FileName name)
    {
        DirectoryFile.Remove(parent, name);
        WriteModified(parent.Inode);
    }

    private void CheckIsEmpty(Inode directory, FileName name)
    {
        if (!DirectoryFile.IsEmpty(new DirectoryBlocks(Volume, directory)))
        {
            throw new IOException($"The directory '{name}', inode {directory.Number}, is not empty.");
        }
    }

    private Inode NewInode(Inode parent, ushort type, NodeAttributes attributes)
    {
        bool isDirectory = type == ModeBits.Directory;
        uint number = session.Inodes.Allocate(parent.Number, isDirectory, session.Blocks);
        Inode inode = new(number, new byte[Volume.Superblock.InodeSize])
        {
            Generation = session.NewGeneration(number),
            Mode = (ushort)(type | attributes.Permissions),
            UserId = attributes.UserId,
            GroupId = attributes.GroupId,
            Links = 1,
        };

        // A set-group-id directory hands down its group, and to directories the bit as well.
        if ((parent.Mode & ModeBits.SetGroupId) != 0)
        {
            inode.GroupId = parent.GroupId;
            inode.Mode |= isDirectory ? ModeBits.SetGroupId : (ushort)0;
        }

        if (inode.Raw.Length > Inode.OldSize)
        {
            inode.ExtraSize = ExtraSizeOfNewInodes();
        }

        InodeMap.Initialise(Volume, inode);
        inode.Accessed = session.WriteTime;
        inode.Changed = session.WriteTime;
        inode.Modified = session.WriteTime;
        inode.Created = session.WriteTime;
        return inode;
    }

    private int ExtraSizeOfNewInodes()
    {
        int room = Volume.Superblock.InodeSize - Inode.OldSize;
        int wanted = Math.Max(UsualExtraSize, Volume.Superblock.WantedExtraInodeSize);
        return wanted <= room && wanted % 4 == 0 ? wanted : UsualExtraSize;
    }

    /// <summary>A default ACL of the directory becomes the access ACL of what is made in it, with exactly the permissions that were asked for.</summary>
    private void InheritAcl(Inode parent, Inode inode)
    {
        AttributeName inherited = new(AttributeName.PosixAclDefault, []);
        if (!new AttributeEditor(session, parent).TryGet(inherited, out byte[] value))
        {
            return;
        }

        PosixAcl acl = PosixAcl.FromDisk(value, parent.Number);
        acl.ApplyMode(inode.Mode & ModeBits.PermissionMask);
        if (acl.HasMoreThanMode)
        {
            new AttributeEditor(session, inode).Set(new AttributeName(AttributeName.PosixAclAccess, []), acl.ToDisk());
        }

        if (inode.IsDirectory)
        {
            new AttributeEditor(session, inode).Set(inherited, value);
        }
    }

    private void CountSubdirectory(Inode parent)
    {
        if (parent.Links == 1)
        {
            return;
        }

        bool many = Volume.Superblock.ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.DirNlink) && parent.Has(InodeFlags.Indexed);
        if (parent.Links >= LinkLimit && !many)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, $"directory inode {parent.Number}", $"it has {parent.Links - 2} subdirectories, and no more are possible without dir_nlink.");
        }

        parent.Links = parent.Links >= LinkLimit ? (ushort)1 : (ushort)(parent.Links + 1);
    }

    private static void UncountSubdirectory(Inode parent)
    {
        // 1 stands for more than could be counted and stays.
        if (parent.Links > 2)
        {
            parent.Links--;
        }
    }

    private void DropLink(Inode inode)
    {
        inode.Links--;
        if (inode.Links > 0)
        {
            WriteChanged(inode);
        }
        else
        {
            Delete(inode);
        }
    }

    /// <summary>Frees an inode whose last name is gone.</summary>
    private void Delete(Inode inode)
    {
        new AttributeEditor(session, inode).RemoveAll();
        InodeRemoval.Free(session, inode);
    }
}
