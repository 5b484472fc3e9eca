using ImagePrep.Storage.FileSystems.Ext.Allocation;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Checking;

/// <summary>Reads the inode tables in order and checks every inode in use: itself, its map, its attributes, and its names if it is a directory.</summary>
internal sealed class InodeScan(Volume volume, BlockUsage usage, InodeTable inodes, TreeCheck tree, Problems problems)
{
    private const uint BadBlocksInode = 1;
    private const uint ResizeInode = 7;

    private readonly Dictionary<long, SharedBlock> _attributeBlocks = [];
    private readonly ValueInodeCheck _values = new(volume, inodes, problems);

    public void CheckGroup(uint group)
    {
        Superblock superblock = volume.Superblock;
        Bitmap bitmap = volume.Bitmaps.Inodes(group);
        uint free = bitmap.CountClear();
        GroupDescriptor descriptor = volume.Groups[group];
        problems.AddUnless(
            free == descriptor.FreeInodes, $"ext group descriptor {group}: bg_free_inodes_count is {descriptor.FreeInodes}, the bitmap has {free}.");
        uint initialised = volume.Groups.InitialisedInodes(group);
        problems.AddUnless(
            bitmap.AllClear(initialised, bitmap.Count - initialised),
            $"ext group descriptor {group}: bg_itable_unused is {descriptor.UnusedInodes}, but an inode behind is in use.");

        uint directories = 0;
        foreach (StoredInode stored in InodeTableReader.Read(volume, group))
        {
            directories += CheckOne(stored.Number, stored.Raw.Span, bitmap[(stored.Number - 1) % superblock.InodesPerGroup]) ? 1u : 0u;
        }

        problems.AddUnless(
            directories == descriptor.UsedDirectories, $"ext group descriptor {group}: bg_used_dirs_count is {descriptor.UsedDirectories}, there are {directories}.");
    }

    /// <summary>Compares the reference counts of attribute blocks and values with what was seen to use them.</summary>
    public void CheckSharedAttributes()
    {
        _values.CheckCounts();
        foreach ((long block, SharedBlock shared) in _attributeBlocks)
        {
            problems.AddUnless(
                shared.Users == shared.References, $"attribute block {block}: h_refcount is {shared.References}, {shared.Users} inodes use it.");
        }
    }

    // Returns whether it is a directory in use.
    private bool CheckOne(uint number, ReadOnlySpan<byte> raw, bool isMarked)
    {
        bool isReserved = number < volume.Superblock.FirstInode && number != Superblock.RootInode;
        bool isUsed = isReserved || raw[Inode.Offsets.LinksCount] != 0 || raw[Inode.Offsets.LinksCount + 1] != 0;
        problems.AddUnless(
            isUsed == isMarked, $"inode {number}: it is {(isUsed ? "in use, but its bitmap says free" : "not in use, but its bitmap says it is")}.");
        if (!isUsed)
        {
            CheckUnused(new Inode(number, raw.ToArray()));
            return false;
        }

        Inode inode = new(number, raw.ToArray());
        if (inode.Mode == 0 && isReserved && !raw.ContainsAnyExcept((byte)0))
        {
            return false;
        }

        problems.Try(() => CheckUsed(inode, isReserved));
        return inode.IsDirectory;
    }

    private void CheckUnused(Inode inode) => problems.AddUnless(
        inode.Mode == 0 || inode.DeletionTime != 0, $"inode {inode.Number}: it was deleted, but its deletion time is 0.");

    private void CheckUsed(Inode inode, bool isReserved)
    {
        inode.Check(volume.Superblock);
        if (inode.Number == BadBlocksInode)
        {
            CheckBadBlocks(inode);
            return;
        }

        if (inode.Number == ResizeInode)
        {
            ResizeInodeCheck.Check(volume, inode, usage, problems);
            return;
        }

        if (isReserved && inode.Links == 0)
        {
            return;
        }

        problems.AddUnless(inode.DeletionTime == 0, $"inode {inode.Number}: it is in use, but has a deletion time.");
        ModeBits.KindOf(inode);
        ref InodeTable.Entry entry = ref inodes[inode.Number];
        entry.Mode = inode.Mode;
        entry.Links = inode.Links;
        _values.AddInode(inode);
        entry.IsIndexed = inode.IsDirectory && inode.Has(InodeFlags.Indexed);
        CheckAttributes(inode);
        CheckMap(inode);
        if (inode.IsDirectory)
        {
            CheckDirectory(inode);
        }
        else if (inode.Number == volume.Superblock.OrphanFileInode)
        {
            OrphanFileCheck.Check(volume, inode, problems);
        }
    }

    private void CheckMap(Inode inode)
    {
        FileMap map = InodeMap.Load(volume, inode);
        string owner = $"inode {inode.Number}";
        foreach (BlockRun run in map.Runs)
        {
            problems.AddUnless(
                usage.TryClaim(run.Physical, run.Count), $"{owner}: of blocks {run.Physical} to {run.PhysicalEnd - 1} some belong to something else, too.");
        }

        foreach (long block in map.IndexBlocks)
        {
            problems.AddUnless(usage.TryClaim(block, 1), $"{owner}: its map's block {block} belongs to something else, too.");
        }

        long counted = map.MappedBlocks + map.IndexBlocks.Count + AttributeReader.AllocatedBlocks(volume, inode);
        long stored = inode.Has(InodeFlags.HugeFile) ? counted : counted * (volume.BlockSize / 512);
        problems.AddUnless(inode.StoredBlocks == stored, $"{owner}: i_blocks is {inode.StoredBlocks}, should be {stored}.");
        CheckSize(inode, map);
    }

    private void CheckSize(Inode inode, FileMap map)
    {
        string owner = $"inode {inode.Number}";
        if (inode.Has(InodeFlags.InlineData))
        {
            InlineContent.Load(inode);
        }

        if (inode.IsDirectory)
        {
            problems.AddUnless(
                inode.Has(InodeFlags.InlineData) || inode.Size == map.LogicalEnd * volume.BlockSize,
                $"{owner}: i_size of the directory is {inode.Size}, its blocks end at {map.LogicalEnd * volume.BlockSize}.");
        }
        else if (inode.IsRegular)
        {
            // Blocks may be reserved behind the end, but nothing can have been written there.
            long lastWritten = map.Runs.Where(run => !run.Unwritten).Select(run => run.LogicalEnd).LastOrDefault();
            problems.AddUnless(
                inode.Size >= (lastWritten - 1) * volume.BlockSize, $"{owner}: i_size is {inode.Size}, but block {lastWritten - 1} of the file is written.");
            problems.AddUnless(
                inode.Size <= int.MaxValue || volume.Superblock.ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.LargeFile),
                $"{owner}: i_size is {inode.Size}, which needs the large_file feature.");
        }
        else if (inode.IsSymbolicLink)
        {
            CheckLink(inode);
        }
        else
        {
            problems.AddUnless(!inode.Has(InodeFlags.Extents), $"{owner}: a special file with an extent tree.");
            problems.AddUnless(inode.Size == 0, $"{owner}: a special file with i_size {inode.Size}.");
        }
    }

    private void CheckLink(Inode inode)
    {
        bool isInside = InodeMap.HasTargetInside(volume, inode);
        int limit = isInside ? Inode.BlockAreaSize : volume.BlockSize;
        if (inode.Size <= 0 || inode.Size >= limit)
        {
            problems.Add($"inode {inode.Number}: a symbolic link with i_size {inode.Size}.");
            return;
        }

        if (isInside)
        {
            problems.AddUnless(!inode.Has(InodeFlags.Extents), $"inode {inode.Number}: a short symbolic link with EXTENTS_FL.");
            problems.AddUnless(
                inode.BlockArea.IndexOf((byte)0) == inode.Size, $"inode {inode.Number}: i_size of the symbolic link is not the length of its target.");
        }
    }

    private void CheckAttributes(Inode inode)
    {
        List<AttributeEntry> inside = InodeAttributes.Load(inode);
        CheckValues(inode, inside, mustHaveHash: false);
        problems.AddUnless(
            inode.Has(InodeFlags.InlineData) || !inside.Exists(entry => entry.Name.IsInlineData),
            $"inode {inode.Number}: it has the attribute system.data, but not INLINE_DATA_FL.");
        long block = inode.AttributeBlock;
        if (block == 0)
        {
            return;
        }

        if (_attributeBlocks.TryGetValue(block, out SharedBlock? shared))
        {
            shared.Users++;
            return;
        }

        AttributeBlock loaded = AttributeBlock.Load(volume, block, inode.Number);
        _attributeBlocks.Add(block, new SharedBlock(loaded.References));
        problems.AddUnless(usage.TryClaim(block, 1), $"inode {inode.Number}: its attribute block {block} belongs to something else, too.");
        CheckValues(inode, loaded.Entries, mustHaveHash: true);
        for (int index = 1; index < loaded.Entries.Count; index++)
        {
            problems.AddUnless(
                AttributeName.CompareInBlock(loaded.Entries[index - 1].Name, loaded.Entries[index].Name) < 0,
                $"attribute block {block}: the entries are not in order.");
        }
    }

    private void CheckValues(Inode inode, IEnumerable<AttributeEntry> entries, bool mustHaveHash)
    {
        foreach (AttributeEntry entry in entries)
        {
            _values.AddEntry(inode, entry);
            bool isRight = entry.IsExternal || (entry.Hash == 0 && !mustHaveHash)
                || entry.Hash == AttributeEntry.ComputeHash(entry.Name, entry.Value)
                || entry.Hash == AttributeEntry.ComputeHash(entry.Name, entry.Value, signedBytes: true);
            problems.AddUnless(isRight, $"inode {inode.Number}: e_hash of attribute '{entry.Name.ToFullName()}' is 0x{entry.Hash:x8}, which is wrong.");
        }
    }

    private void CheckDirectory(Inode inode)
    {
        inodes[inode.Number].References++;
        CheckedDirectory directory = DirectoryCheck.Verify(new DirectoryBlocks(volume, inode));
        tree.Add(inode.Number, directory);
    }

    // Bad blocks may lie anywhere, even in metadata.
    private void CheckBadBlocks(Inode inode)
    {
        FileMap map = BlockMap.Load(volume, inode);
        foreach (BlockRun run in map.Runs)
        {
            usage.TryClaim(run.Physical, run.Count);
        }

        foreach (long block in map.IndexBlocks)
        {
            usage.TryClaim(block, 1);
        }
    }

    private sealed class SharedBlock(uint references)
    {
        public uint References { get; } = references;

        public uint Users { get; set; } = 1;
    }
}
