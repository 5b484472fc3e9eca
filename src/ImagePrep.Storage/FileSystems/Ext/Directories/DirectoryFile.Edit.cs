using System.Diagnostics;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <content>Adding and removing names.</content>
internal static partial class DirectoryFile
{
    /// <summary>
    /// The most blocks that one <see cref="Insert"/> appends: a leaf, a split index block, and a new index level. Who has this many to spare
    /// before the call (with what it takes to map them) sees it either done or not begun.
    /// </summary>
    public const int MaxGrowth = 3;

    /// <summary>The only block of a directory that was just made.</summary>
    public static byte[] FirstBlock(DirectoryRules rules, uint parent)
    {
        byte[] block = new byte[rules.BlockSize];
        DotRecords.Write(block, rules, parent, DirectoryTail.RecordsEnd(rules) - DotRecords.RecordLength);
        DirectoryTail.WriteTo(block, rules);
        return block;
    }

    /// <summary>Adds a name; the caller has made sure that it is not there yet.</summary>
    /// <param name="blocks">The directory.</param>
    /// <param name="name">Neither "." nor "..".</param>
    /// <param name="inode">Not 0.</param>
    /// <param name="fileType">As in <see cref="DirectoryRecord"/>; not stored without INCOMPAT_FILETYPE.</param>
    /// <exception cref="UnsupportedImageException">The index is full, or of a kind that must not be changed.</exception>
    public static void Insert(IDirectoryBlocks blocks, FileName name, uint inode, byte fileType)
    {
        CheckNotDot(name);
        ArgumentOutOfRangeException.ThrowIfZero(inode);
        CheckNotEmpty(blocks);

        StagedBlocks staged = new(blocks);
        DirectoryRecord record = new(name, inode, fileType);
        if (staged.IsIndexed)
        {
            CheckIndexIsUsed(staged);
            InsertIndexed(staged, record);
        }
        else
        {
            InsertLinear(staged, record);
        }

        staged.Commit();
    }

    /// <summary>Removes a name and wipes its bytes. Blocks are never given back, here as in the kernel.</summary>
    /// <exception cref="FileNotFoundException">There is no such name.</exception>
    public static void Remove(IDirectoryBlocks blocks, FileName name)
    {
        CheckNotDot(name);
        foreach ((uint number, LinearBlock block) in Candidates(blocks, name))
        {
            if (block.TryRemove(name.Bytes))
            {
                blocks.Write(number, block.Seal());
                return;
            }
        }

        throw NotFound(blocks, name);
    }

    /// <summary>Lets a name that is there mean another inode; needs no room.</summary>
    /// <exception cref="FileNotFoundException">There is no such name.</exception>
    public static void Replace(IDirectoryBlocks blocks, FileName name, uint inode, byte fileType)
    {
        CheckNotDot(name);
        ArgumentOutOfRangeException.ThrowIfZero(inode);
        foreach ((uint number, LinearBlock block) in Candidates(blocks, name))
        {
            if (block.TryReplace(name.Bytes, inode, fileType))
            {
                blocks.Write(number, block.Seal());
                return;
            }
        }

        throw NotFound(blocks, name);
    }

    /// <summary>Lets ".." mean another directory. In an htree it stands in the root of the index.</summary>
    public static void SetParent(IDirectoryBlocks blocks, uint parent)
    {
        ArgumentOutOfRangeException.ThrowIfZero(parent);
        ReadDots(blocks);
        byte[] first = blocks.Read(0);
        if (blocks.IsIndexed)
        {
            IndexNode root = IndexNode.ParseRoot(first, blocks.Rules);
            root.SetParent(parent);
            blocks.Write(0, root.Seal());
        }
        else
        {
            LinearBlock block = LinearBlock.Parse(first, blocks.Rules, 0);
            block.TryReplace(DotRecords.ParentName, parent, DotRecords.DirectoryType);
            blocks.Write(0, block.Seal());
        }
    }

    /// <exception cref="ArgumentException">"." and ".." are not for callers to change.</exception>
    public static void CheckNotDot(FileName name)
    {
        if (DotRecords.IsDot(name.Bytes))
        {
            throw new ArgumentException($"'{name}' belongs to the directory itself.", nameof(name));
        }
    }

    private static void InsertLinear(StagedBlocks blocks, DirectoryRecord record)
    {
        foreach ((uint number, LinearBlock block) in LinearBlocks(blocks))
        {
            if (block.TryAdd(record))
            {
                blocks.Write(number, block.Seal());
                return;
            }
        }

        if (blocks.Count == 1 && blocks.Rules.MayIndex)
        {
            ConvertToIndexed(blocks);
            InsertIndexed(blocks, record);
        }
        else
        {
            blocks.Append(LinearBlock.Of(blocks.Rules, [record]).Seal());
        }
    }

    /// <summary>Moves the names of the only block into a leaf and makes that block the root of an htree above it.</summary>
    private static void ConvertToIndexed(StagedBlocks blocks)
    {
        DirectoryRules rules = blocks.Rules;
        NameHash hash = new(rules, rules.DefaultHashVersion);
        DotRecords dots = ReadDots(blocks);
        uint leaf = blocks.Append(LinearBlock.Of(rules, [.. List(blocks)]).Seal());
        blocks.Write(0, IndexNode.CreateRoot(rules, dots.Parent, hash.Version, leaf).Seal());
        blocks.IsIndexed = true;
    }

    private static void InsertIndexed(StagedBlocks blocks, DirectoryRecord record)
    {
        IndexPath path = IndexPath.To(blocks, record.Name.Bytes);
        uint number = path.Leaf;
        LinearBlock leaf = path.ReadLeaf();
        if (leaf.TryAdd(record))
        {
            blocks.Write(number, leaf.Seal());
            return;
        }

        LeafSplit split = LeafSplit.Of(leaf, blocks.Rules, path.Hasher, path.LeafRange, new BlockPlace(blocks.Rules.Self, number));
        bool added = split.HalfFor(path.Hash).TryAdd(record);
        Debug.Assert(added, "half a leaf has room for any name");
        blocks.Write(number, split.Lower.Seal());
        path.InsertLeaf(split.Boundary, blocks.Append(split.Upper.Seal()));
    }

    private static void CheckIndexIsUsed(StagedBlocks blocks)
    {
        if (!UsesIndex(blocks))
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NeedsRepair,
                $"directory inode {blocks.Rules.Self}",
                "it is indexed, but the file system's dir_index feature is off, so its index may be stale. Run e2fsck -f first.");
        }
    }

    private static FileNotFoundException NotFound(IDirectoryBlocks blocks, FileName name) =>
        new($"Directory inode {blocks.Rules.Self} has no name '{name}'.");
}
