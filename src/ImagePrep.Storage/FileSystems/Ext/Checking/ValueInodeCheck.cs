using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

namespace ImagePrep.Storage.FileSystems.Ext.Checking;

/// <summary>Inodes that hold values of attributes: what they hold, and whether they count the entries that lead to them.</summary>
internal sealed class ValueInodeCheck(Volume volume, InodeTable inodes, Problems problems)
{
    private readonly Dictionary<uint, long> _stored = [];
    private readonly Dictionary<uint, long> _counted = [];
    private readonly HashSet<uint> _uncounted = [];

    /// <summary>Takes note of an inode in use.</summary>
    public void AddInode(Inode inode)
    {
        if (inode.Has(InodeFlags.EaInode))
        {
            _stored.Add(inode.Number, inode.ValueReferences);
        }
    }

    /// <summary>Takes note of an entry, once for a shared block.</summary>
    public void AddEntry(Inode owner, AttributeEntry entry)
    {
        if (!entry.IsExternal)
        {
            return;
        }

        ValueInode value = ValueInode.Open(volume, owner, entry);
        uint number = entry.External.Inode;
        if (!_counted.TryAdd(number, 1))
        {
            _counted[number]++;
            return;
        }

        // What directories are to other inodes, the first entry is to this one. Its content is read but once: any number of entries may lead here.
        inodes[number].References++;
        value.Read();
        if (!value.IsCounted)
        {
            _uncounted.Add(number);
        }
    }

    public void CheckCounts()
    {
        foreach ((uint number, long stored) in _stored.Where(pair => !_uncounted.Contains(pair.Key)))
        {
            long counted = _counted.GetValueOrDefault(number);
            problems.AddUnless(stored == counted, $"inode {number}: it counts {stored} attributes whose value it holds, {counted} lead to it.");
        }
    }
}
