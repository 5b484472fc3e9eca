using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Orphans;

/// <summary>The list that starts in the superblock (s_last_orphan) and goes on in the i_dtime of each inode.</summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/orphan.html"/>
internal static class OrphanList
{
    private const string Structure = "ext orphan list";

    /// <summary>The inodes of the list in its order.</summary>
    /// <exception cref="CorruptImageException">An entry is no inode in use, or the list loops.</exception>
    public static IReadOnlyList<uint> Read(Volume volume)
    {
        List<uint> inodes = [];
        HashSet<uint> seen = [];
        for (uint number = volume.Superblock.LastOrphan; number != 0; number = volume.ReadInode(number).DeletionTime)
        {
            CheckNumber(volume, number, Structure);
            if (!seen.Add(number))
            {
                throw CorruptImageException.Loop(Structure, "s_last_orphan", seen.Count);
            }

            inodes.Add(number);
        }

        return inodes;
    }

    /// <summary>An orphan is a file of the user's that its bitmap knows.</summary>
    public static void CheckNumber(Volume volume, uint number, string structure)
    {
        if (number < volume.Superblock.FirstInode || number > volume.Superblock.InodeCount)
        {
            throw CorruptImageException.OutOfRange(structure, "inode", number, $"{volume.Superblock.FirstInode} to {volume.Superblock.InodeCount}");
        }

        uint group = volume.Groups.GroupOfInode(number);
        if (!volume.Bitmaps.Inodes(group)[(number - 1) % volume.Superblock.InodesPerGroup])
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, structure, $"it names inode {number}, which is not in use. Run e2fsck on the image.");
        }
    }
}
