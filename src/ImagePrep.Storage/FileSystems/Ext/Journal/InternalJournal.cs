using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Journal;

/// <summary>The journal inside a file system: where it lies, whether it is empty, and how to empty it.</summary>
internal sealed class InternalJournal
{
    private readonly Volume _volume;
    private readonly FileMap _map;
    private readonly JournalSuperblock _superblock;

    private InternalJournal(Volume volume, FileMap map, JournalSuperblock superblock)
    {
        _volume = volume;
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

        return new InternalJournal(volume, map, JournalSuperblock.Parse(volume.ReadBlock(first.Physical)));
    }

    /// <exception cref="UnsupportedImageException">The journal is not empty, or was given up.</exception>
    public void CheckEmpty()
    {
        CheckUsable();
        if (_superblock.Start != 0)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NeedsRepair, "ext journal", "it holds changes, but needs_recovery is not set. Run e2fsck on the image first.");
        }
    }

    /// <summary>What replaying the journal means; the log is checked whole.</summary>
    /// <exception cref="CorruptImageException">The log is damaged, or would write where it must not.</exception>
    /// <exception cref="UnsupportedImageException">The journal was given up, or holds what only the kernel can replay.</exception>
    public ReplayPlan Plan()
    {
        CheckUsable();
        return ReplayPlan.Create(_volume, _superblock, new JournalLog(_volume, _map, _superblock));
    }

    /// <summary>
    /// Writes the blocks of whole transactions to their places and empties the log, as the kernel does when it mounts (e2fsck, recovery.c).
    /// </summary>
    /// <param name="plan">Of this journal.</param>
    /// <param name="device">The device of the volume, or one over it; the volume must be opened again afterwards.</param>
    public void Replay(ReplayPlan plan, IBlockDevice device)
    {
        JournalLog log = new(_volume, _map, _superblock);
        foreach ((long home, LoggedBlock logged) in plan.Blocks)
        {
            byte[] content = log.Read(logged.Place);
            if (logged.IsEscaped)
            {
                BinaryPrimitives.WriteUInt32BigEndian(content, JournalHeader.ExpectedMagic);
            }

            device.WriteAt(home * _volume.BlockSize, content);
        }

        if (_superblock.Start != 0)
        {
            _ = _map.TryFind(0, out BlockRun first);
            device.WriteAt(first.Physical * _volume.BlockSize, _superblock.Emptied(unchecked(plan.NextSequence + 1)));
        }
    }

    private void CheckUsable()
    {
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
