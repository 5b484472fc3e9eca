using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Journal.FastCommits;

/// <summary>One inode while fast commits are replayed: what it is so far, in memory, with its map and the names that lead to it.</summary>
internal sealed class ReplayedFile
{
    // Fields before the block map, and from i_generation on: what a record carries.
    private const int HeadSize = Inode.Offsets.Block;
    private const int RestStart = Inode.Offsets.Generation;

    private readonly Volume _volume;
    private readonly bool _isListed;

    private ReplayedFile(Volume volume, Inode inode, FileMap map, bool isAllocated, bool isListed)
    {
        _volume = volume;
        _isListed = isListed;
        Inode = inode;
        Map = map;
        IsAllocated = isAllocated;
        Names = isAllocated ? inode.Links : 0;
        IsOrphan = isAllocated && inode.Links == 0;
        HasRecord = isAllocated;
        StoredRuns = inode.IsDirectory ? [] : [.. map.Runs];
    }

    public Inode Inode { get; private set; }

    public FileMap Map { get; private set; }

    /// <summary>Its bitmap says that it is in use.</summary>
    public bool IsAllocated { get; }

    /// <summary>It was open without a name when the last whole transaction was committed: whatever became of it, it goes with the other orphans.</summary>
    public bool IsOrphan { get; }

    /// <summary>Names that lead to it: of a file in use as many as it has links, and from there as records say.</summary>
    public int Names { get; set; }

    /// <summary>It is known what it is, from the file system or from a record.</summary>
    public bool HasRecord { get; private set; }

    /// <summary>Where its content lies in the file system; a directory's is not for records to change.</summary>
    public IReadOnlyList<BlockRun> StoredRuns { get; }

    private string Owner => $"ext fast commit, inode {Inode.Number}";

    /// <param name="volume">The file system as the whole transactions left it.</param>
    /// <param name="number">Of the inode.</param>
    /// <param name="isListed">A list of orphans names it: it was being deleted, or cut.</param>
    /// <exception cref="CorruptImageException">The inode is damaged.</exception>
    public static ReplayedFile Load(Volume volume, uint number, bool isListed)
    {
        uint index = (number - 1) % volume.Superblock.InodesPerGroup;
        if (!volume.Bitmaps.Inodes(volume.Groups.GroupOfInode(number))[index])
        {
            return new ReplayedFile(volume, Blank(volume, number), new FileMap(), isAllocated: false, isListed);
        }

        Inode inode = volume.ReadInode(number);
        return new ReplayedFile(volume, inode, InodeMap.Load(volume, inode), isAllocated: true, isListed);
    }

    /// <summary>Takes over what a record says. The map stays, as do extended attributes: neither is part of a record.</summary>
    /// <exception cref="CorruptImageException">It is no inode, or not of this file.</exception>
    /// <exception cref="UnsupportedImageException">It changes what the kernel changes in whole transactions only.</exception>
    public void Apply(InodeRecord logged)
    {
        Inode record = logged.Inode;
        Check(logged);
        if (Names > 0)
        {
            CheckSameFile(record);
        }
        else if (HasRecord && record.Generation != Inode.Generation)
        {
            // The number was used again: nothing of the file that had it is left.
            Inode = Blank(_volume, Inode.Number);
            Map = new FileMap();
        }

        // On the list of orphans it is the next of them.
        uint deletionTime = Inode.DeletionTime;
        bool isNew = Names == 0;
        record.Raw.AsSpan(0, HeadSize).CopyTo(Inode.Raw);
        record.Raw.AsSpan(RestStart..logged.Length).CopyTo(Inode.Raw.AsSpan(RestStart));
        if (isNew)
        {
            PrepareMap(record);
        }

        Inode.DeletionTime = _isListed ? deletionTime : 0;
        HasRecord = true;
    }

    /// <summary>Forgets everything: the last name is gone. Blocks of the content stay marked in use until it is clear who has them now.</summary>
    /// <exception cref="UnsupportedImageException">It was also being cut, which a list of orphans says that cannot be changed here.</exception>
    public void Delete(EditSession session)
    {
        if (_isListed)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NeedsRepair, Owner, "the file was being cut when it was deleted. Boot the image once and shut it down, or run e2fsck on it.");
        }

        foreach (long block in Map.IndexBlocks)
        {
            session.Blocks.Free(block, 1);
        }

        new AttributeEditor(session, Inode).RemoveAll();
        Inode = Blank(_volume, Inode.Number);
        Map = new FileMap();
        HasRecord = false;
    }

    /// <exception cref="UnsupportedImageException">The file has no extents; ranges mean nothing for it.</exception>
    public void CheckHasExtents()
    {
        if (HasRecord && !(Inode.IsRegular && Inode.Has(InodeFlags.Extents)))
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NeedsRepair, Owner, "ranges are added or removed, but it is not a file with extents. Boot the image once and shut it down.");
        }
    }

    /// <summary>What must hold when all is replayed, for a file that stays.</summary>
    public void CheckComplete()
    {
        if (Inode.Links != Names)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, Owner, $"i_links_count is {Inode.Links}, but {Names} names lead to it. Run e2fsck on the image.");
        }

        if (Map.Runs.Count > 0)
        {
            CheckHasExtents();
        }

        // Room may be kept behind the end, and the hashes of fs-verity lie there.
        long end = Map.Runs.Where(run => !run.Unwritten).Select(run => run.LogicalEnd).LastOrDefault();
        if (end > (Inode.Size + _volume.BlockSize - 1) / _volume.BlockSize && !Inode.Has(InodeFlags.Verity))
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, Owner, $"i_size is {Inode.Size}, but blocks up to {end} of the file are written. Run e2fsck on the image.");
        }

        if (Inode.Size > int.MaxValue && !_volume.Superblock.ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.LargeFile))
        {
            throw new UnsupportedImageException(UnsupportedKind.Limit, Owner, "i_size needs the large_file feature, which this file system does not have.");
        }
    }

    private static Inode Blank(Volume volume, uint number) => new(number, new byte[volume.Superblock.InodeSize]);

    private void Check(InodeRecord logged)
    {
        // Its checksum is one of the whole inode, and from another time.
        Inode record = logged.Inode;
        record.UpdateChecksum(_volume.ChecksumSeed);
        record.Check(_volume.Superblock);
        if (logged.Length != Inode.OldSize + record.ExtraSize)
        {
            throw CorruptImageException.OutOfRange(
                Owner, "length of the record", logged.Length, $"{Inode.OldSize + record.ExtraSize}, as i_extra_isize says");
        }

        if (record.Has(InodeFlags.InlineData))
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature, Owner, "its content lies inside the inode (inline_data), which is not replayed. Boot the image once and shut it down.");
        }

        _ = ModeBits.KindOf(record);
    }

    private void CheckSameFile(Inode record)
    {
        const InodeFlags fixedFlags = InodeFlags.Extents | InodeFlags.Encrypted | InodeFlags.EaInode | InodeFlags.InlineData;
        if (record.Type != Inode.Type || record.Generation != Inode.Generation || ((record.Flags ^ Inode.Flags) & fixedFlags) != InodeFlags.None)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, Owner, "the record is of another file than the one that has this number. Run e2fsck on the image.");
        }

        bool movesAttributes = record.ExtraSize != Inode.ExtraSize && InodeAttributes.Load(Inode).Count > 0;
        if (Inode.IsDirectory || record.AttributeBlock != Inode.AttributeBlock || movesAttributes)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NeedsRepair, Owner,
                "the record is of a directory that exists, or changes extended attributes, which belongs into whole transactions. Boot the image once and shut it down.");
        }
    }

    private void PrepareMap(Inode record)
    {
        if (Inode.AttributeBlock != 0)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NeedsRepair, Owner, "a new inode has extended attributes, which belong into a whole transaction. Boot the image once and shut it down.");
        }

        Inode.BlockArea.Clear();
        if (Inode.Has(InodeFlags.Extents))
        {
            ExtentTree.Initialise(Inode);
        }
        else if (!Inode.IsRegular && !Inode.IsDirectory)
        {
            // The number of a device, or a short link's target.
            record.BlockArea.CopyTo(Inode.BlockArea);
        }
    }
}
