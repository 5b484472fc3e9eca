using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Editing;
using ImagePrep.Storage.FileSystems.Ext.Orphans;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <content>Files that were deleted while open, or being cut, when the machine stopped.</content>
internal sealed partial class ExtEditor
{
    /// <summary>Finishes what both lists of orphans name, as the kernel does when it mounts; all of it or nothing.</summary>
    /// <exception cref="CorruptImageException">A list names an inode that cannot be an orphan, or loops.</exception>
    public ExtRecovery FinishOrphans(ExtRecovery recovery)
    {
        using EditOperation operation = Begin();
        foreach (uint number in OrphanList.Read(Volume))
        {
            recovery = FinishOrphan(number, recovery);
        }

        if (OrphanFile.Load(Volume) is { } file)
        {
            foreach (uint number in file.Inodes)
            {
                recovery = FinishOrphan(number, recovery);
            }

            file.Clear(session);
        }

        Volume.Superblock.LastOrphan = 0;
        Volume.Superblock.ClearOrphanPresent();
        operation.Complete();
        session.Flush();
        return recovery;
    }

    private ExtRecovery FinishOrphan(uint number, ExtRecovery recovery)
    {
        Inode inode = Volume.ReadInode(number);
        if (inode.Links == 0)
        {
            Delete(inode);
            return recovery with { DeletedOrphans = recovery.DeletedOrphans + 1 };
        }

        // Its name is still there: the file was being cut to the size it has.
        if (inode.IsRegular)
        {
            FileWriter writer = new(session, inode);
            writer.Truncate(inode.Size);
            writer.Finish();
        }

        inode.DeletionTime = 0;
        session.WriteInode(inode);
        return recovery with { TruncatedOrphans = recovery.TruncatedOrphans + 1 };
    }
}
