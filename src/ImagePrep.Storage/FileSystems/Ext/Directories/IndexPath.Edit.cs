using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <content>Making room for one more leaf.</content>
internal sealed partial class IndexPath
{
    /// <summary>Hashes that belong into the leaf.</summary>
    public HashRange LeafRange => _steps.Aggregate(HashRange.All, (range, step) => range.Below(step.Node, step.Position));

    /// <summary>Enters a new leaf behind the one that the path ends at.</summary>
    public void InsertLeaf(uint boundary, uint block)
    {
        MakeRoom();
        Step last = _steps[^1];
        last.Node.InsertBehind(last.Position, boundary, block);
        foreach (Step step in _steps.Where(step => step.Node.IsChanged))
        {
            _blocks.Write(step.Block, step.Node.Seal());
        }
    }

    // From the deepest index block with room downwards, full blocks are split in two; when even the root is full the tree grows by a level.
    private void MakeRoom()
    {
        int level = _steps.FindLastIndex(step => !step.Node.IsFull);
        if (level < 0)
        {
            level = AddLevel();
        }

        while (++level < _steps.Count)
        {
            Split(level);
        }
    }

    private int AddLevel()
    {
        DirectoryRules rules = _blocks.Rules;
        Step root = _steps[0];
        int levels = root.Node.ReadRootInfo().Levels + 1;
        if (levels > IndexRootInfo.LevelLimit(rules))
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NoSpace,
                $"directory inode {rules.Self}",
                $"its index is full at {levels} levels; remove names, or enable the large_dir feature on the file system.");
        }

        // The new node has room left: a root holds fewer entries than a node.
        IndexNode node = root.Node.CopyDown();
        uint block = _blocks.Append(node.Seal());
        root.Node.BecomeParentOf(block, checked((byte)levels));
        _steps[0] = root with { Position = 0 };
        _steps.Insert(1, new Step(block, node, root.Position));
        return 1;
    }

    private void Split(int level)
    {
        Step step = _steps[level];
        Step parent = _steps[level - 1];
        int half = step.Node.Count / 2;
        uint boundary = step.Node.HashAt(half);
        IndexNode upper = step.Node.SplitOff(half);
        uint block = _blocks.Append(upper.Seal());
        parent.Node.InsertBehind(parent.Position, boundary, block);
        if (step.Position >= half)
        {
            _blocks.Write(step.Block, step.Node.Seal());
            _steps[level] = new Step(block, upper, step.Position - half);
            _steps[level - 1] = parent with { Position = parent.Position + 1 };
        }
    }
}
