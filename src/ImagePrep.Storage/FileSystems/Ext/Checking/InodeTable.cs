namespace ImagePrep.Storage.FileSystems.Ext.Checking;

/// <summary>What the check remembers of each inode; groups without inodes in use take no memory.</summary>
internal sealed class InodeTable(Volume volume)
{
    private readonly Entry[]?[] _groups = new Entry[]?[volume.Groups.Count];

    public ref Entry this[uint inode]
    {
        get
        {
            uint group = volume.Groups.GroupOfInode(inode);
            Entry[] entries = _groups[group] ??= new Entry[volume.Superblock.InodesPerGroup];
            return ref entries[(inode - 1) % volume.Superblock.InodesPerGroup];
        }
    }

    /// <summary>Every inode that is in use or that a name leads to.</summary>
    public IEnumerable<(uint Number, Entry Entry)> Known()
    {
        for (uint group = 0; group < _groups.Length; group++)
        {
            Entry[] entries = _groups[group] ?? [];
            for (uint index = 0; index < entries.Length; index++)
            {
                if (entries[index].IsKnown)
                {
                    yield return ((group * volume.Superblock.InodesPerGroup) + index + 1, entries[index]);
                }
            }
        }
    }

    /// <summary>One inode as the scan of the tables and of the directories saw it.</summary>
    public struct Entry
    {
        /// <summary>i_mode; 0 while the inode was not seen in use.</summary>
        public ushort Mode;

        /// <summary>i_links_count.</summary>
        public ushort Links;

        /// <summary>A directory with EXT4_INDEX_FL.</summary>
        public bool IsIndexed;

        /// <summary>Names that lead here, with "." and ".." of directories.</summary>
        public uint References;

        /// <summary>The types that directory entries gave it, as bits.</summary>
        public byte EntryTypes;

        public readonly bool IsKnown => Mode != 0 || References != 0;
    }
}
