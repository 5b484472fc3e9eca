using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Editing;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.Erasing;
using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>The writing half: every public method is one operation that happens whole or not at all.</summary>
internal sealed partial class ExtEditor(EditSession session) : ExtReader(session.Volume), IFileSystem
{
    public void WriteContent(NodeId file, ReadOnlySpan<byte> content)
    {
        using EditOperation operation = Begin();
        Inode inode = ReadFileForWriting(file);
        FileWriter writer = new(session, inode);
        writer.Replace(content);
        Finish(inode, writer);
        operation.Complete();
    }

    public void WriteAt(NodeId file, long offset, ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, long.MaxValue - content.Length);
        using EditOperation operation = Begin();
        Inode inode = ReadFileForWriting(file);
        FileWriter writer = new(session, inode);
        writer.Write(offset, content);
        Finish(inode, writer);
        operation.Complete();
    }

    public void SetLength(NodeId file, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        using EditOperation operation = Begin();
        Inode inode = ReadFileForWriting(file);
        FileWriter writer = new(session, inode);
        writer.Truncate(length);
        Finish(inode, writer);
        operation.Complete();
    }

    public void SetPermissions(NodeId node, int permissions)
    {
        CheckPermissions(permissions);
        using EditOperation operation = Begin();
        Inode inode = ReadForChange(node);
        inode.Mode = (ushort)(inode.Type | permissions);
        AttributeEditor attributes = new(session, inode);
        AttributeName acl = new(AttributeName.PosixAclAccess, []);
        if (attributes.TryGet(acl, out byte[] value))
        {
            // The ACL repeats the permission bits, and it is what the kernel goes by.
            PosixAcl entries = PosixAcl.FromDisk(value, inode.Number);
            entries.ApplyMode(permissions);
            attributes.Set(acl, entries.ToDisk());
        }

        WriteChanged(inode);
        operation.Complete();
    }

    public void SetOwner(NodeId node, uint userId, uint groupId)
    {
        using EditOperation operation = Begin();
        Inode inode = ReadForChange(node);
        inode.UserId = userId;
        inode.GroupId = groupId;
        WriteChanged(inode);
        operation.Complete();
    }

    public void SetAttribute(NodeId node, string name, ReadOnlySpan<byte> value)
    {
        AttributeName parsed = AttributeName.Parse(name);
        using EditOperation operation = Begin();
        Inode inode = ReadForChange(node);
        byte[] stored = value.ToArray();
        if (parsed.IsAcl)
        {
            PosixAcl acl = PosixAcl.FromPrograms(value);
            stored = acl.ToDisk();
            if (parsed.Index == AttributeName.PosixAclAccess)
            {
                inode.Mode = (ushort)((inode.Mode & ~0x1FF) | acl.ToMode());
            }
        }

        new AttributeEditor(session, inode).Set(parsed, stored);
        WriteChanged(inode);
        operation.Complete();
    }

    public void RemoveAttribute(NodeId node, string name)
    {
        AttributeName parsed = AttributeName.Parse(name);
        using EditOperation operation = Begin();
        Inode inode = ReadForChange(node);
        AttributeEditor attributes = new(session, inode);
        if (attributes.TryGet(parsed, out _))
        {
            attributes.Remove(parsed);
            WriteChanged(inode);
        }

        operation.Complete();
    }

    public ErasedLeftovers EraseLeftovers()
    {
        using EditOperation operation = Begin();
        ErasedLeftovers erased = new LeftoverEraser(session).Run();
        operation.Complete();
        return erased;
    }

    public void Flush() => session.Flush();

    private static void CheckPermissions(int permissions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permissions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permissions, ModeBits.PermissionMask);
    }

    private EditOperation Begin()
    {
        ForgetMap();
        return session.Begin();
    }

    private Inode ReadFileForWriting(NodeId file)
    {
        Inode inode = ReadForChange(file);
        CheckIsFile(inode);
        return inode;
    }

    /// <summary>Reads an inode that may be changed.</summary>
    /// <exception cref="UnsupportedImageException">The inode is protected, or of a kind that must not be changed.</exception>
    private Inode ReadForChange(NodeId node)
    {
        Inode inode = ReadUsedInode(node);
        CheckChangeable(inode);
        return inode;
    }

    private void CheckChangeable(Inode inode)
    {
        string? reason = null;
        reason = inode.Has(InodeFlags.Immutable) ? "it is immutable (chattr +i); run chattr -i in the base image" : reason;
        reason = inode.Has(InodeFlags.AppendOnly) ? "it is append-only (chattr +a); run chattr -a in the base image" : reason;
        reason = inode.Has(InodeFlags.Verity) ? "it is protected by fs-verity, any change would make it unreadable" : reason;
        reason = inode.Has(InodeFlags.Encrypted | InodeFlags.CaseFolded) ? "it is encrypted or case-folded" : reason;
        reason = inode.Has(InodeFlags.EaInode) ? "it holds the value of an extended attribute" : reason;
        reason = inode.Number < Volume.Superblock.FirstInode && inode.Number != Root.Value ? "it is reserved for the file system itself" : reason;
        if (reason is not null)
        {
            throw new UnsupportedImageException(UnsupportedKind.Feature, $"inode {inode.Number}", $"it is not changed: {reason}.");
        }
    }

    private void Finish(Inode inode, FileWriter writer)
    {
        writer.Finish();
        WriteModified(inode);
    }

    private void WriteModified(Inode inode)
    {
        inode.Modified = session.WriteTime;
        WriteChanged(inode);
    }

    private void WriteChanged(Inode inode)
    {
        inode.Changed = session.WriteTime;
        session.WriteInode(inode);
    }
}
