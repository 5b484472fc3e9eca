using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Content;

/// <summary>Gives back an inode that nothing leads to any more, with its blocks. What it held itself is wiped: it may be a secret.</summary>
internal static class InodeRemoval
{
    /// <param name="session">The writing side.</param>
    /// <param name="inode">Its extended attributes are gone already.</param>
    public static void Free(EditSession session, Inode inode)
    {
        bool isDirectory = inode.IsDirectory;
        FileMap map = InodeMap.Load(session.Volume, inode);
        foreach (BlockRun run in map.Runs)
        {
            session.Blocks.Free(run.Physical, run.Count);
        }

        foreach (long block in map.IndexBlocks)
        {
            session.Blocks.Free(block, 1);
        }

        inode.BlockArea.Clear();
        if (inode.Has(InodeFlags.Extents))
        {
            ExtentTree.Initialise(inode);
        }

        inode.Links = 0;
        inode.Size = 0;
        inode.StoredBlocks = 0;
        inode.DeletionTime = DeletionTimeNow(session);
        inode.Changed = session.WriteTime;
        session.WriteInode(inode);
        session.Inodes.Free(inode.Number, isDirectory);
    }

    // i_dtime has 32 bits, and 0 would say "not deleted"; a small number would pass for an entry of the orphan list.
    private static uint DeletionTimeNow(EditSession session) =>
        (uint)Math.Clamp(session.WriteTime.Seconds, session.Volume.Superblock.InodeCount + 1L, uint.MaxValue);
}
