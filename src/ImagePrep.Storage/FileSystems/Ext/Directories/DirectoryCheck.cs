using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>What a sound directory holds.</summary>
/// <param name="Parent">Inode number in "..".</param>
/// <param name="Records">All names but "." and "..": in stored order, or in the order of the tree.</param>
internal sealed record CheckedDirectory(uint Parent, IReadOnlyList<DirectoryRecord> Records);

/// <summary>
/// Proves that a whole directory is sound: each block's structure and checksum, each name only once, and for an htree that every block is
/// reached exactly once and that every name lies where its hash leads.
/// </summary>
internal sealed class DirectoryCheck
{
    private readonly IDirectoryBlocks _blocks;
    private readonly HashSet<uint> _visited = [];
    private readonly HashSet<FileName> _names = [];
    private readonly List<DirectoryRecord> _records = [];

    private DirectoryCheck(IDirectoryBlocks blocks) => _blocks = blocks;

    private DirectoryRules Rules => _blocks.Rules;

    /// <exception cref="CorruptImageException">The first fault found.</exception>
    public static CheckedDirectory Verify(IDirectoryBlocks blocks)
    {
        DirectoryCheck check = new(blocks);
        uint parent = check.VerifyDots();
        if (blocks.IsIndexed)
        {
            check.VerifyTree();
        }
        else
        {
            check.VerifyLinear();
        }

        return new CheckedDirectory(parent, check._records);
    }

    private uint VerifyDots()
    {
        DotRecords dots = DirectoryFile.ReadDots(_blocks);
        if (dots.Self != Rules.Self)
        {
            throw CorruptImageException.OutOfRange(Place(0).ToString(), "inode of '.'", dots.Self, $"{Rules.Self}");
        }

        return dots.Parent;
    }

    private void VerifyLinear()
    {
        for (uint number = 0; number < _blocks.Count; number++)
        {
            LinearBlock block = LinearBlock.Parse(_blocks.Read(number), Rules, number);
            foreach (DirectoryRecord record in block.Records.Skip(number == 0 ? 2 : 0))
            {
                AddName(record, number);
            }
        }
    }

    private void VerifyTree()
    {
        if (!Rules.MayIndex)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent,
                $"directory inode {Rules.Self}",
                "EXT4_INDEX_FL is set, but the file system's dir_index feature is not. Run e2fsck -f.");
        }

        IndexNode root = IndexNode.ParseRoot(_blocks.Read(0), Rules);
        IndexRootInfo info = root.ReadRootInfo();
        _visited.Add(0);
        VerifyNode(root, 0, info.Levels, HashRange.All, new NameHash(Rules, info.HashVersion));
        if (_visited.Count != _blocks.Count)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent,
                $"directory inode {Rules.Self}",
                $"its index leads to {_visited.Count} of {_blocks.Count} blocks. e2fsck -fD rebuilds the index.");
        }
    }

    // Depth is bounded by the levels a root may have, breadth by every block being visited once.
    private void VerifyNode(IndexNode node, uint number, int levels, HashRange range, NameHash hash)
    {
        for (int i = 0; i < node.Count; i++)
        {
            if (i > 0 && !range.ContainsBoundary(node.HashAt(i)))
            {
                throw new CorruptImageException(
                    CorruptKind.Inconsistent,
                    Place(number).ToString(),
                    $"entry {i} has hash 0x{node.HashAt(i):x8}, outside 0x{range.From:x8} to 0x{range.To:x8}. e2fsck -fD rebuilds the index.");
            }

            uint child = node.BlockAt(i);
            Visit(child, number);
            HashRange below = range.Below(node, i);
            if (levels > 0)
            {
                VerifyNode(IndexNode.ParseNode(_blocks.Read(child), Rules, child), child, levels - 1, below, hash);
            }
            else
            {
                VerifyLeaf(child, below, hash);
            }
        }
    }

    private void VerifyLeaf(uint number, HashRange range, NameHash hash)
    {
        foreach (DirectoryRecord record in LinearBlock.Parse(_blocks.Read(number), Rules, number).Records)
        {
            uint found = hash.Compute(record.Name.Bytes);
            if (!range.Contains(found))
            {
                throw LeafSplit.Misplaced(Place(number), record, found);
            }

            AddName(record, number);
        }
    }

    private void Visit(uint child, uint parent)
    {
        if (child >= _blocks.Count)
        {
            throw CorruptImageException.OutOfRange($"{Place(parent)}, index entry", "block", child, $"1 to {_blocks.Count - 1}");
        }

        if (!_visited.Add(child))
        {
            throw new CorruptImageException(
                CorruptKind.Overlap, Place(child).ToString(), "the index leads to it twice. e2fsck -fD rebuilds the index.");
        }
    }

    private void AddName(DirectoryRecord record, uint number)
    {
        if (DotRecords.IsDot(record.Name.Bytes) || !_names.Add(record.Name))
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, Place(number).ToString(), $"the name '{record.Name}' is there a second time. e2fsck -f repairs it.");
        }

        _records.Add(record);
    }

    private BlockPlace Place(uint number) => new(Rules.Self, number);
}
