using ImagePrep.Storage.FileSystems.Ext.Allocation;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.Editing;

namespace ImagePrep.Storage.FileSystems.Ext.Erasing;

/// <summary>
/// Zeroes what a deletion leaves where blocks stay in use: the inode in its table, with times, sizes and the attributes inside it, and names in the
/// slack of directory blocks. Free blocks are not its affair: they are not copied at all.
/// </summary>
internal sealed class LeftoverEraser(EditSession session)
{
    private Volume Volume => session.Volume;

    public ErasedLeftovers Run()
    {
        ErasedLeftovers erased = default;
        for (uint group = 0; group < Volume.Groups.Count; group++)
        {
            // Bits change nothing here: only free inodes are zeroed, and directories keep their blocks.
            Bitmap bitmap = Volume.Bitmaps.Inodes(group);
            foreach (StoredInode stored in InodeTableReader.Read(Volume, group))
            {
                erased += bitmap[(stored.Number - 1) % Volume.Superblock.InodesPerGroup] ? EraseNames(stored) : EraseInode(stored);
            }
        }

        return erased;
    }

    private ErasedLeftovers EraseInode(StoredInode stored)
    {
        if (!stored.Raw.Span.ContainsAnyExcept((byte)0))
        {
            return default;
        }

        session.WriteFreeInode(stored.Number, new byte[stored.Raw.Length]);
        return new ErasedLeftovers(Nodes: 1, Names: 0);
    }

    /// <summary>A directory inside its inode has no slack: what is removed there is moved out.</summary>
    private ErasedLeftovers EraseNames(StoredInode stored)
    {
        if (!stored.IsDirectory || (stored.Number < Volume.Superblock.FirstInode && stored.Number != Superblock.RootInode))
        {
            return default;
        }

        Inode inode = Volume.ReadInode(stored.Number);
        return inode.Has(InodeFlags.InlineData | InodeFlags.Encrypted | InodeFlags.CaseFolded)
            ? default
            : new ErasedLeftovers(Nodes: 0, DirectoryFile.EraseSlack(new DirectoryBlocks(Volume, inode, session)));
    }
}
