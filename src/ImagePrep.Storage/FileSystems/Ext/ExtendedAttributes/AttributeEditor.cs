using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Editing;

namespace ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

/// <summary>
/// Changes the attributes of one inode. Like the kernel it puts them into the inode while they fit, else into the block of their own; a block
/// that other inodes share is copied first. Values in inodes of their own are kept and given up, never made. The inode is written by the caller.
/// </summary>
internal sealed class AttributeEditor
{
    private readonly EditSession _session;
    private readonly Inode _inode;
    private readonly List<AttributeEntry> _inside;
    private readonly List<AttributeEntry> _inBlock;
    private readonly uint _references;

    public AttributeEditor(EditSession session, Inode inode)
    {
        _session = session;
        _inode = inode;
        _inside = InodeAttributes.Load(inode);
        AttributeBlock? block = inode.AttributeBlock == 0 ? null : AttributeBlock.Load(session.Volume, inode.AttributeBlock, inode.Number);
        _inBlock = [.. block?.Entries ?? []];
        _references = block?.References ?? 0;
    }

    public bool TryGet(AttributeName name, out byte[] value)
    {
        AttributeEntry? entry = _inside.Concat(_inBlock).FirstOrDefault(candidate => candidate.Name.Equals(name));
        value = entry is null ? [] : AttributeReader.ValueOf(_session.Volume, _inode, entry);
        return entry is not null;
    }

    /// <exception cref="UnsupportedImageException">The value does not fit, or the file system has no ext_attr feature.</exception>
    public void Set(AttributeName name, byte[] value)
    {
        if (!_session.Volume.Superblock.Compat.HasFlag(CompatFeatures.ExtAttr))
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature, "ext superblock", "the file system has no ext_attr feature, so it cannot hold extended attributes (tune2fs -O ext_attr adds it).");
        }

        List<AttributeEntry> inside = Without(_inside, name);
        List<AttributeEntry> inBlock = Without(_inBlock, name);

        // Entries inside the inode carry no hash: it only serves to find equal blocks.
        inside.Add(new AttributeEntry(name, value, Hash: 0));
        if (!InodeAttributes.Fits(_inode, inside))
        {
            inside.RemoveAt(inside.Count - 1);
            inBlock.Add(new AttributeEntry(name, value, AttributeEntry.ComputeHash(name, value)));
            inBlock.Sort((left, right) => AttributeName.CompareInBlock(left.Name, right.Name));
            if (!AttributeBlock.Fits(inBlock, _session.Volume.BlockSize))
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.NoSpace, $"inode {_inode.Number}",
                    $"{value.Length} bytes of attribute do not fit: inode and attribute block of {_session.Volume.BlockSize} bytes together are too small"
                    + (_session.Volume.Superblock.Incompat.HasFlag(IncompatFeatures.EaInode) ? ", and inodes for values (ea_inode) are not made." : "."));
            }
        }

        Store(inside, inBlock);
    }

    public void Remove(AttributeName name) => Store(Without(_inside, name), Without(_inBlock, name));

    /// <summary>Gives up the attribute block of an inode that is deleted.</summary>
    public void RemoveAll() => Store([], []);

    private static List<AttributeEntry> Without(List<AttributeEntry> entries, AttributeName name) =>
        entries.FindAll(entry => !entry.Name.Equals(name));

    private void Store(List<AttributeEntry> inside, List<AttributeEntry> inBlock)
    {
        // A block without entries holds nothing, and goes at the first change.
        bool changesBlock = !inBlock.SequenceEqual(_inBlock) || (inBlock.Count == 0 && _inode.AttributeBlock != 0);
        bool leavesShared = changesBlock && _references > 1;
        KeepValues(inside, inBlock, leavesShared);
        InodeAttributes.Store(_inode, inside);
        if (changesBlock)
        {
            StoreBlock(inBlock);
        }
    }

    // A shared block that is left keeps its references to values for those that still use it; the copy has references of its own.
    private void KeepValues(List<AttributeEntry> inside, List<AttributeEntry> inBlock, bool leavesShared)
    {
        foreach (AttributeEntry copied in inBlock.Where(entry => entry.IsExternal && leavesShared))
        {
            ValueInode.Open(_session.Volume, _inode, copied).AddReference(_session);
        }

        foreach (AttributeEntry removed in _inside.Except(inside).Concat(_inBlock.Except(inBlock)).Where(entry => entry.IsExternal))
        {
            ValueInode value = ValueInode.Open(_session.Volume, _inode, removed);
            _inode.AddAllocatedBlocks(-value.OwnerBlocks, _session.Volume.BlockSize);
            if (!leavesShared || _inside.Contains(removed))
            {
                value.Release(_session);
            }
        }
    }

    private void StoreBlock(List<AttributeEntry> entries)
    {
        long block = _inode.AttributeBlock;
        if (block != 0 && (entries.Count == 0 || _references > 1))
        {
            LeaveBlock(block);
            block = 0;
        }

        if (entries.Count > 0)
        {
            if (block == 0)
            {
                block = _session.Blocks.AllocateOne(_session.Blocks.GoalFor(_inode));
                _inode.AttributeBlock = block;
                _inode.AddAllocatedBlocks(1, _session.Volume.BlockSize);
            }

            _session.WriteBlock(block, new AttributeBlock(1, entries).ToBytes(_session.Volume, block));
        }
    }

    private void LeaveBlock(long block)
    {
        if (_references > 1)
        {
            _session.WriteBlock(block, AttributeBlock.WithReferences(_session.Volume, block, _references - 1));
        }
        else
        {
            _session.Blocks.Free(block, 1);
        }

        _inode.AttributeBlock = 0;
        _inode.AddAllocatedBlocks(-1, _session.Volume.BlockSize);
    }
}
