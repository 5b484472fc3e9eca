using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

namespace ImagePrep.Storage.FileSystems.Ext.Mapping;

/// <summary>Chooses between the kinds of map that an inode can have, and keeps i_blocks in step.</summary>
internal static class InodeMap
{
    /// <summary>Whether i_block maps blocks at all: not for devices, short symbolic links and inline content.</summary>
    public static bool HasMap(Volume volume, Inode inode)
    {
        if (inode.Has(InodeFlags.InlineData))
        {
            return false;
        }

        return inode.Type switch
        {
            ModeBits.Regular or ModeBits.Directory => true,
            ModeBits.SymbolicLink => !HasTargetInside(volume, inode),
            _ => false,
        };
    }

    /// <summary>A "fast" symbolic link: no blocks but perhaps one for attributes, so the target is in i_block.</summary>
    public static bool HasTargetInside(Volume volume, Inode inode)
    {
        if (inode.Has(InodeFlags.InlineData))
        {
            return false;
        }

        // There i_blocks counts values of attributes, too, and the kernel goes by the size (ext4_inode_is_fast_symlink).
        return volume.Superblock.Incompat.HasFlag(IncompatFeatures.EaInode)
            ? inode.Size < Inode.BlockAreaSize
            : inode.AllocatedBlocks(volume.BlockSize) == (inode.AttributeBlock != 0 ? 1 : 0);
    }

    public static FileMap Load(Volume volume, Inode inode)
    {
        CheckInlineFlag(volume, inode);
        if (!HasMap(volume, inode))
        {
            return new FileMap();
        }

        if (!inode.Has(InodeFlags.Extents))
        {
            return BlockMap.Load(volume, inode);
        }

        if (!volume.HasExtents)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, $"inode {inode.Number}", "EXTENTS_FL is set, but the file system has no extent feature. Run e2fsck on the image.");
        }

        return ExtentTree.Load(volume, inode);
    }

    /// <summary>Makes i_block an empty map of the kind that new files have here.</summary>
    public static void Initialise(Volume volume, Inode inode)
    {
        inode.BlockArea.Clear();
        if (volume.HasExtents)
        {
            inode.Flags |= InodeFlags.Extents;
            ExtentTree.Initialise(inode);
        }
    }

    /// <summary>Stores the map into the inode and its index blocks, and counts the blocks again. The inode itself is written by the caller.</summary>
    public static void Store(EditSession session, Inode inode, FileMap map)
    {
        if (inode.Has(InodeFlags.Extents))
        {
            ExtentTree.Store(session, inode, map);
        }
        else
        {
            BlockMap.Store(session, inode, map);
        }

        CountBlocks(session.Volume, inode, map);
    }

    /// <summary>i_blocks covers content, index blocks and what attributes take, in units of 512 bytes unless HUGE_FILE_FL says blocks.</summary>
    public static void CountBlocks(Volume volume, Inode inode, FileMap map)
    {
        long blocks = map.MappedBlocks + map.IndexBlocks.Count + AttributeReader.AllocatedBlocks(volume, inode);
        long stored = inode.Has(InodeFlags.HugeFile) ? blocks : blocks * (volume.BlockSize / 512);
        bool hasUpperHalf = volume.Superblock.ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.HugeFile);
        if (stored > (hasUpperHalf ? (1L << 48) - 1 : uint.MaxValue))
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, $"inode {inode.Number}", "the file would have more blocks than this file system can count (huge_file is not set).");
        }

        inode.StoredBlocks = stored;
    }

    // i_block cannot be content and map at once; a writer that believed one flag would destroy what the other stands for.
    private static void CheckInlineFlag(Volume volume, Inode inode)
    {
        if (!inode.Has(InodeFlags.InlineData))
        {
            return;
        }

        string? conflict = null;
        conflict = inode.Type is ModeBits.Regular or ModeBits.Directory or ModeBits.SymbolicLink ? conflict : $"i_mode 0x{inode.Mode:x4} has no content";
        conflict = inode.Has(InodeFlags.Indexed) ? "so is INDEX_FL" : conflict;
        conflict = inode.Has(InodeFlags.Extents) ? "so is EXTENTS_FL" : conflict;
        conflict = volume.Superblock.Incompat.HasFlag(IncompatFeatures.InlineData) ? conflict : "the file system has no inline_data feature";
        if (conflict is not null)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, $"inode {inode.Number}", $"INLINE_DATA_FL is set, but {conflict}. Run e2fsck on the image.");
        }
    }
}
