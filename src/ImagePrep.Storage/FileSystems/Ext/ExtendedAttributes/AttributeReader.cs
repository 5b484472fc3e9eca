using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

/// <summary>The attributes of an inode as programs see them.</summary>
internal static class AttributeReader
{
    /// <summary>Values in inodes of their own may be shared: a few blocks of entries could stand for gigabytes.</summary>
    private const long MaxExternalBytes = 16L << 20;

    public static IReadOnlyList<ExtendedAttribute> Read(Volume volume, Inode inode)
    {
        List<ExtendedAttribute> attributes = [];
        long externalBytes = 0;
        foreach (AttributeEntry entry in ReadEntries(volume, inode))
        {
            string? name = entry.Name.ToFullName();
            if (name is null || entry.Name.IsInlineData)
            {
                continue;
            }

            externalBytes += entry.External.Size;
            if (externalBytes > MaxExternalBytes)
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.Limit, $"inode {inode.Number}", $"its extended attributes have more than {MaxExternalBytes} bytes in other inodes.");
            }

            byte[] stored = ValueOf(volume, inode, entry);
            byte[] value = entry.Name.IsAcl ? PosixAcl.FromDisk(stored, inode.Number).ToPrograms() : stored;
            attributes.Add(new ExtendedAttribute(name, value));
        }

        return attributes;
    }

    /// <summary>The value of one of the inode's entries as it is stored, wherever that is.</summary>
    public static byte[] ValueOf(Volume volume, Inode inode, AttributeEntry entry) =>
        entry.IsExternal ? ValueInode.Open(volume, inode, entry).Read() : entry.Value;

    /// <summary>Blocks that i_blocks covers for attributes: the attribute block, and those of values in inodes of their own.</summary>
    public static long AllocatedBlocks(Volume volume, Inode inode)
    {
        long blocks = inode.AttributeBlock != 0 ? 1 : 0;
        return volume.Superblock.Incompat.HasFlag(IncompatFeatures.EaInode)
            ? blocks + ReadEntries(volume, inode).Where(entry => entry.IsExternal).Sum(entry => ValueInode.Open(volume, inode, entry).OwnerBlocks)
            : blocks;
    }

    private static List<AttributeEntry> ReadEntries(Volume volume, Inode inode)
    {
        List<AttributeEntry> entries = InodeAttributes.Load(inode);
        if (inode.AttributeBlock != 0)
        {
            entries.AddRange(AttributeBlock.Load(volume, inode.AttributeBlock, inode.Number).Entries);
        }

        return entries;
    }
}
