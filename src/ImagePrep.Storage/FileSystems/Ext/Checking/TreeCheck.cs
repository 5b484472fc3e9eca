using ImagePrep.Storage.FileSystems.Ext.Directories;

namespace ImagePrep.Storage.FileSystems.Ext.Checking;

/// <summary>Names against inodes: link counts, types, "..", and that every directory hangs below the root.</summary>
internal sealed class TreeCheck(Volume volume, InodeTable inodes, Problems problems)
{

    // Of each directory: what its ".." says, and the directory whose entry leads to it.
    private readonly Dictionary<uint, uint> _dotDot = [];
    private readonly Dictionary<uint, uint> _foundIn = [];

    /// <summary>Takes note of a sound directory's names.</summary>
    public void Add(uint number, CheckedDirectory directory)
    {
        _dotDot.Add(number, directory.Parent);
        if (directory.Parent <= volume.Superblock.InodeCount)
        {
            inodes[directory.Parent].References++;
        }

        foreach (DirectoryRecord record in directory.Records)
        {
            if (record.Inode > volume.Superblock.InodeCount)
            {
                problems.Add($"directory inode {number}: '{record.Name}' leads to inode {record.Inode}, which does not exist.");
                continue;
            }

            ref InodeTable.Entry entry = ref inodes[record.Inode];
            entry.References++;
            entry.EntryTypes |= (byte)(1 << (record.FileType & 7));
            problems.AddUnless(record.FileType < 8, $"directory inode {number}: '{record.Name}' has the unknown type {record.FileType}.");
            if (record.FileType is 2 or 0)
            {
                NoteParent(number, record);
            }
        }
    }

    public void CheckLinks()
    {
        foreach ((uint number, InodeTable.Entry entry) in inodes.Known())
        {
            CheckInode(number, entry);
        }

        foreach ((uint directory, uint dotDot) in _dotDot)
        {
            CheckPlace(directory, dotDot);
        }
    }

    private void NoteParent(uint directory, DirectoryRecord record)
    {
        // Without types in directory entries every inode is noted; only those that prove to be directories are looked at later.
        if (!_foundIn.TryAdd(record.Inode, directory) && record.FileType == 2)
        {
            problems.Add($"directory inode {directory}: '{record.Name}' is a second name of directory inode {record.Inode}.");
        }
    }

    private void CheckInode(uint number, InodeTable.Entry entry)
    {
        if (entry.Mode == 0)
        {
            problems.Add($"inode {number}: a directory has a name for it, but it is not in use.");
            return;
        }

        bool isReserved = number < volume.Superblock.FirstInode && number != Superblock.RootInode;
        if (isReserved || number == volume.Superblock.OrphanFileInode)
        {
            return;
        }

        // A directory that had too many subdirectories to count keeps 1 when they go (e2fsck, pass 4); so many need an index.
        bool agrees = entry.Links == entry.References || (entry.IsIndexed && entry.Links == 1 && entry.References > 1);
        problems.AddUnless(agrees, $"inode {number}: i_links_count is {entry.Links}, {entry.References} names lead to it.");
        if (volume.Superblock.Incompat.HasFlag(IncompatFeatures.FileType) && entry.EntryTypes != 0)
        {
            problems.AddUnless(
                entry.EntryTypes == 1 << ModeBits.EntryType(entry.Mode), $"inode {number}: a directory entry gives it another type than its mode 0x{entry.Mode:x4}.");
        }
    }

    private void CheckPlace(uint directory, uint dotDot)
    {
        if (directory == Superblock.RootInode)
        {
            problems.AddUnless(dotDot == Superblock.RootInode, $"directory inode {Superblock.RootInode}: '..' of the root leads to inode {dotDot}.");
            return;
        }

        if (!_foundIn.TryGetValue(directory, out uint parent))
        {
            problems.Add($"directory inode {directory}: no name leads to it.");
            return;
        }

        problems.AddUnless(dotDot == parent, $"directory inode {directory}: '..' leads to inode {dotDot}, it lies in {parent}.");

        // Every directory has one name; going up, a chain that never meets the root is a circle cut off from it.
        uint at = directory;
        for (int steps = 0; at != Superblock.RootInode; steps++)
        {
            if (steps > _dotDot.Count || !_foundIn.TryGetValue(at, out at))
            {
                problems.Add($"directory inode {directory}: it does not hang below the root.");
                return;
            }
        }
    }
}
