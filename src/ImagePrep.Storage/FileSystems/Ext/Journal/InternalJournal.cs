using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Journal;

/// <summary>The journal inside a file system: where it lies and whether it is empty.</summary>
internal sealed class InternalJournal
{
    private readonly FileMap _map;
    private readonly JournalSuperblock _superblock;

    private InternalJournal(FileMap map, JournalSuperblock superblock)
    {
        _map = map;
        _superblock = superblock;
    }

    /// <summary>Nothing waits in the log, and nothing went wrong with it.</summary>
    public bool IsEmpty => _superblock is { Start: 0, ErrorNumber: 0 };

    /// <summary>The blocks behind the journal's superblock; they mean nothing while the log is empty.</summary>
    public IEnumerable<BlockRun> LogBlocks => _map.Pieces(1, _map.LogicalEnd).Where(piece => piece.Run is not null).Select(piece => piece.Run!.Value);

    /// <summary>Null when the file system has no journal of its own.</summary>
    /// <exception cref="CorruptImageException">The journal's inode or superblock is damaged.</exception>
    public static InternalJournal? Load(Volume volume)
    {
        if (!volume.Superblock.Compat.HasFlag(CompatFeatures.HasJournal) || volume.Superblock.JournalInode == 0)
        {
            return null;
        }

        Inode inode = volume.ReadInode(CheckNumber(volume.Superblock));
        if (!inode.IsRegular || inode.Links == 0)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, $"inode {inode.Number}", "it should be the journal, but it is not a file in use. Run e2fsck on the image.");
        }

        FileMap map = InodeMap.Load(volume, inode);
        if (!map.TryFind(0, out BlockRun first))
        {
            throw CorruptImageException.Truncated("journal", volume.BlockSize, 0);
        }

        return new InternalJournal(map, JournalSuperblock.Parse(volume.ReadBlock(first.Physical)));
    }

    /// <exception cref="UnsupportedImageException">The journal is not empty.</exception>
    public void CheckEmpty()
    {
        if (_superblock.Start != 0)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NeedsRepair,
                "ext journal",
                "it holds changes that are not in place yet. Boot the image once and shut it down, or run e2fsck on it.");
        }

        if (_superblock.ErrorNumber != 0)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NeedsRepair, "ext journal", $"it was aborted with error {_superblock.ErrorNumber}. Run e2fsck on the image first.");
        }
    }

    private static uint CheckNumber(Superblock superblock) => superblock.JournalInode <= superblock.InodeCount
        ? superblock.JournalInode
        : throw CorruptImageException.OutOfRange("ext superblock", "s_journal_inum", superblock.JournalInode, $"at most {superblock.InodeCount}");
}
