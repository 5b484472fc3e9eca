using System.Numerics;
using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>
/// Counts of what followed each context, a context being the last few samples. A longer context is a child of the shorter one, by the sample that
/// comes before it, so that all contexts of a place are one way down from the root.
/// </summary>
/// <remarks>
/// A node that was made only because a longer context needs it has counted nothing: it is not known. Most contexts are followed by one symbol only, which is
/// counted in the node; a map holds the counts of further ones.
/// </remarks>
internal sealed class ContextTree
{
    /// <summary>The empty context.</summary>
    public const int Root = 0;

    private readonly PairMap _further = new();
    private Node[] _nodes;
    private int _count = 1;

    /// <summary>Open hash table of nodes by parent and symbol; 0, the root, is a free slot.</summary>
    private int[] _slots;
    private int _shift;

    /// <param name="capacity">How many contexts to expect; more are fine.</param>
    public ContextTree(int capacity)
    {
        _nodes = new Node[capacity + 1];
        _slots = [];
        MakeSlots();
    }

    /// <summary>The context that has one more sample in front; 0 if there is no such node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Child(int node, byte before) => _slots[SlotOf(node, before)];

    /// <summary>The same, made if there was none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int MakeChild(int node, byte before)
    {
        int slot = SlotOf(node, before);
        if (_slots[slot] != Root)
        {
            return _slots[slot];
        }

        if (_count == _nodes.Length)
        {
            Array.Resize(ref _nodes, _nodes.Length * 2);
            MakeSlots();
            slot = SlotOf(node, before);
        }

        _nodes[_count].Parent = node;
        _nodes[_count].Before = before;
        _slots[slot] = _count;
        return _count++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsKnown(int node) => _nodes[node].BestCount > 0;

    /// <summary>What followed a known context most often, the greatest of several, and how often.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Count, byte Symbol) Prediction(int node) => (_nodes[node].BestCount, _nodes[node].Best);

    /// <summary>Counts a symbol that follows a context.</summary>
    /// <param name="node">The context.</param>
    /// <param name="symbol">What followed it.</param>
    /// <param name="mayAdd">Whether a symbol that did not follow it before is counted.</param>
    /// <returns>Whether this was such a symbol, and counted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Add(int node, byte symbol, bool mayAdd)
    {
        ref Node context = ref _nodes[node];
        bool isFirst = context.FirstCount == 0 || context.First == symbol;
        if (!mayAdd && (isFirst ? context.FirstCount : _further.Find(node, symbol)) == 0)
        {
            return false;
        }

        int count;
        if (isFirst)
        {
            context.First = symbol;
            count = ++context.FirstCount;
        }
        else
        {
            count = ++_further.At(node, symbol);
        }

        if (count > context.BestCount || (count == context.BestCount && symbol > context.Best))
        {
            context.Best = symbol;
            context.BestCount = count;
        }

        return count == 1;
    }

    /// <summary>Slots for half as many nodes again as there is room for, or more.</summary>
    private void MakeSlots()
    {
        int bits = BitOperations.Log2((uint)_nodes.Length + (uint)(_nodes.Length / 2)) + 1;
        _slots = new int[1 << bits];
        _shift = 64 - bits;
        for (int node = 1; node < _count; node++)
        {
            _slots[SlotOf(_nodes[node].Parent, _nodes[node].Before)] = node;
        }
    }

    /// <summary>Where a node is, or would be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(int parent, byte before)
    {
        int slot = (int)((((((ulong)(uint)parent) << 8) | before) * 0x9E3779B97F4A7C15) >> _shift);
        while (_slots[slot] is not Root and int node && (_nodes[node].Parent != parent || _nodes[node].Before != before))
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }

    private struct Node
    {
        public int Parent;
        public int FirstCount;
        public int BestCount;
        public byte Before;
        public byte First;
        public byte Best;
    }
}
