using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>The way from the root of an htree to the leaf where a name belongs, and on to the leaves that share its hash.</summary>
internal sealed partial class IndexPath
{
    private readonly IDirectoryBlocks _blocks;
    private readonly List<Step> _steps = [];

    private IndexPath(IDirectoryBlocks blocks, NameHash hasher, uint hash)
    {
        _blocks = blocks;
        Hasher = hasher;
        Hash = hash;
    }

    public NameHash Hasher { get; }

    /// <summary>Hash of the name that was looked for.</summary>
    public uint Hash { get; }

    /// <summary>The leaf block that the path ends at.</summary>
    public uint Leaf => _steps[^1].Node.BlockAt(_steps[^1].Position);

    public static IndexPath To(IDirectoryBlocks blocks, ReadOnlySpan<byte> name)
    {
        IndexNode root = IndexNode.ParseRoot(blocks.Read(0), blocks.Rules);
        IndexRootInfo info = root.ReadRootInfo();
        NameHash hasher = new(blocks.Rules, info.HashVersion);
        IndexPath path = new(blocks, hasher, hasher.Compute(name));
        path._steps.Add(new Step(0, root, root.Find(path.Hash)));
        for (int level = 0; level < info.Levels; level++)
        {
            path.Descend(node => node.Find(path.Hash));
        }

        path.CheckChild(path.Leaf);
        return path;
    }

    public LinearBlock ReadLeaf() => LinearBlock.Parse(_blocks.Read(Leaf), _blocks.Rules, Leaf);

    /// <summary>Moves on to the next leaf if the index says that names with the same hash go on there.</summary>
    public bool MoveToContinuation()
    {
        int level = _steps.Count - 1;
        while (level >= 0 && _steps[level].IsLast)
        {
            level--;
        }

        if (level < 0)
        {
            return false;
        }

        Step step = _steps[level];
        if ((step.Node.HashAt(step.Position + 1) & ~1u) != Hash)
        {
            return false;
        }

        int depth = _steps.Count;
        _steps.RemoveRange(level, depth - level);
        _steps.Add(step with { Position = step.Position + 1 });
        while (_steps.Count < depth)
        {
            Descend(_ => 0);
        }

        CheckChild(Leaf);
        return true;
    }

    private void Descend(Func<IndexNode, int> choose)
    {
        uint block = Leaf;
        CheckChild(block);
        IndexNode node = IndexNode.ParseNode(_blocks.Read(block), _blocks.Rules, block);
        _steps.Add(new Step(block, node, choose(node)));
    }

    // A child inside the directory that is none of its own parents; without this a damaged index could be taken for a leaf and overwritten.
    private void CheckChild(uint block)
    {
        BlockPlace parent = new(_blocks.Rules.Self, _steps[^1].Block);
        if (block == 0 || block >= _blocks.Count)
        {
            throw CorruptImageException.OutOfRange($"{parent}, index entry", "block", block, $"1 to {_blocks.Count - 1}");
        }

        if (_steps.Exists(step => step.Block == block))
        {
            throw CorruptImageException.Loop($"{parent}, index entry", $"the path through block {block}", _steps.Count);
        }
    }

    /// <summary>An index block and the entry chosen in it.</summary>
    private readonly record struct Step(uint Block, IndexNode Node, int Position)
    {
        public bool IsLast => Position == Node.Count - 1;
    }
}
