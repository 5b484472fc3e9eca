namespace ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

/// <summary>The attributes of an inode as programs see them.</summary>
internal static class AttributeReader
{
    public static IReadOnlyList<ExtendedAttribute> Read(Volume volume, Inode inode)
    {
        List<ExtendedAttribute> attributes = [];
        foreach (AttributeEntry entry in ReadEntries(volume, inode))
        {
            string? name = entry.Name.ToFullName();
            if (name is null || entry.Name.IsInlineData)
            {
                continue;
            }

            byte[] value = entry.Name.IsAcl ? PosixAcl.FromDisk(entry.Value, inode.Number).ToPrograms() : entry.Value;
            attributes.Add(new ExtendedAttribute(name, value));
        }

        return attributes;
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
