using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Editing;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;
using ImagePrep.Storage.FileSystems.Ext.Journal.FastCommits;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <content>Fast commits: operations that the kernel wrote down instead of the blocks that they change.</content>
internal sealed partial class ExtEditor
{
    // Names of inodes that are not known yet: a file made without a name (O_TMPFILE) is named before its record. By inode.
    private readonly Dictionary<uint, List<NameRecord>> _earlyNames = [];

    /// <summary>Does again what the records say, in their order; all of it or nothing.</summary>
    /// <exception cref="CorruptImageException">The records contradict the file system, or each other.</exception>
    /// <exception cref="UnsupportedImageException">They ask for what is not replayed, or there is no room.</exception>
    public void ReplayFastCommits(IReadOnlyList<FastCommitRecord> records)
    {
        using EditOperation operation = Begin();
        ReplayedFiles files = new(session);
        foreach (AddRangeRecord record in records.OfType<AddRangeRecord>())
        {
            files.Reserve(record.Run);
        }

        foreach (FastCommitRecord record in records)
        {
            Replay(record, files);
        }

        files.SettleBlocks();
        foreach (ReplayedFile file in files.All)
        {
            Settle(file);
        }

        operation.Complete();
        session.Flush();
    }

    private void Replay(FastCommitRecord record, ReplayedFiles files)
    {
        switch (record)
        {
            case AddRangeRecord added:
                files.AddRange(added);
                break;
            case DeleteRangeRecord deleted:
                files.DeleteRange(deleted);
                break;
            case InodeRecord inode:
                ReplayInode(inode, files);
                break;
            case NameRecord { Type: FastCommitTagType.Unlink } name:
                ReplayUnlink(name, files);
                break;
            case NameRecord name:
                ReplayLink(name, files);
                break;
            case EndOfCommit:
                // The kernel leaves out what became of inodes that were gone before the commit.
                _earlyNames.Clear();
                break;
            default:
                throw new InvalidOperationException($"{record.GetType().Name} is not handled.");
        }
    }

    private void ReplayInode(InodeRecord record, ReplayedFiles files)
    {
        files[record.Inode.Number].Apply(record);
        if (_earlyNames.Remove(record.Inode.Number, out List<NameRecord>? names))
        {
            names.ForEach(name => ReplayLink(name, files));
        }
    }

    private void ReplayLink(NameRecord record, ReplayedFiles files)
    {
        ReplayedFile file = files[record.Inode];
        bool isNew = record.Type == FastCommitTagType.Create;
        if (!file.HasRecord && !isNew)
        {
            _earlyNames.TryAdd(record.Inode, []);
            _earlyNames[record.Inode].Add(record);
            return;
        }

        if (isNew ? !file.HasRecord || file.Names > 0 : file.Inode.IsDirectory)
        {
            throw Contradiction(record, "a new name leads to an inode that is not new, or one more name to a directory");
        }

        DirectoryBlocks parent = OpenReplayed(record) ?? throw Contradiction(record, "the directory does not exist");
        if (DirectoryFile.TryFind(parent, record.Name, out DirectoryRecord found))
        {
            // Done already, if the directory itself was written in time.
            _ = found.Inode == record.Inode && !isNew ? found : throw Contradiction(record, $"the name exists already and leads to inode {found.Inode}");
            return;
        }

        if (file.Inode.IsDirectory)
        {
            MakeReplayedDirectory(file, parent);
            files.Settle(record.Inode);
        }

        AddName(parent, record.Name, file.Inode);
        file.Names++;
    }

    // Of a directory the kernel logs that it was made, and the names in it: its blocks are made here.
    private void MakeReplayedDirectory(ReplayedFile file, DirectoryBlocks parent)
    {
        Inode inode = file.Inode;
        CountSubdirectory(parent.Inode);
        session.Inodes.Take(inode.Number, isDirectory: true, session.Blocks);
        inode.Flags &= ~InodeFlags.Indexed;
        inode.Links = 2;
        inode.Size = 0;
        FileWriter writer = new(session, inode);
        writer.Write(0, DirectoryFile.FirstBlock(DirectoryBlocks.MakeRules(Volume, inode), parent.Inode.Number));
        writer.Finish();
        session.WriteInode(inode);
    }

    private void ReplayUnlink(NameRecord record, ReplayedFiles files)
    {
        if (_earlyNames.TryGetValue(record.Inode, out List<NameRecord>? early))
        {
            early.RemoveAll(name => name.Parent == record.Parent && name.Name == record.Name);
        }

        // What was made and removed between two commits was never written.
        if (OpenReplayed(record) is not { } parent || !DirectoryFile.TryFind(parent, record.Name, out DirectoryRecord found))
        {
            return;
        }

        if (found.Inode != record.Inode)
        {
            throw Contradiction(record, $"the name leads to inode {found.Inode}");
        }

        ReplayedFile file = files[record.Inode];
        if (file.Inode.IsDirectory)
        {
            RemoveReplayedDirectory(record, parent, file.Inode);
            files.Settle(record.Inode);
            return;
        }

        if (file.Names == 0)
        {
            throw Contradiction(record, "the inode has no links");
        }

        RemoveName(parent, record.Name);
        file.Names--;
        if (file.Names == 0)
        {
            file.Delete(session);
        }
    }

    private void RemoveReplayedDirectory(NameRecord record, DirectoryBlocks parent, Inode inode)
    {
        if (!DirectoryFile.IsEmpty(new DirectoryBlocks(Volume, inode)))
        {
            throw Contradiction(record, "the directory is not empty");
        }

        // 1 stands for more than could be counted and stays.
        if (parent.Inode.Links > 2)
        {
            parent.Inode.Links--;
        }

        RemoveName(parent, record.Name);
        Delete(inode);
    }

    /// <summary>The directory of a name; null when it does not exist (any more).</summary>
    private DirectoryBlocks? OpenReplayed(NameRecord record)
    {
        uint index = (record.Parent - 1) % Volume.Superblock.InodesPerGroup;
        if (!Volume.Bitmaps.Inodes(Volume.Groups.GroupOfInode(record.Parent))[index])
        {
            return null;
        }

        Inode parent = Volume.ReadInode(record.Parent);
        return parent.Links == 0 ? null
            : parent.IsDirectory ? new DirectoryBlocks(Volume, parent, session)
            : throw Contradiction(record, "there is no directory with this number");
    }

    private void Settle(ReplayedFile file)
    {
        Inode inode = file.Inode;
        if (file.IsOrphan)
        {
            _ = file.Names == 0 ? file : throw new UnsupportedImageException(
                UnsupportedKind.NeedsRepair, $"ext fast commit, inode {inode.Number}",
                "a file without a name was to be deleted, and the number is in use again. Run e2fsck on the image.");
            return;
        }

        if (file.Names == 0)
        {
            if (file.IsAllocated)
            {
                Delete(inode);
            }

            return;
        }

        file.CheckComplete();
        if (!file.IsAllocated)
        {
            session.Inodes.Take(inode.Number, isDirectory: false, session.Blocks);
        }

        if (inode.Has(InodeFlags.Extents))
        {
            InodeMap.Store(session, inode, file.Map);
        }

        session.WriteInode(inode);
    }

    private static CorruptImageException Contradiction(NameRecord record, string what) => new(
        CorruptKind.Inconsistent, "ext fast commit",
        $"{record.Type} of '{record.Name}' in directory inode {record.Parent} for inode {record.Inode}: {what}. Run e2fsck on the image.");
}
