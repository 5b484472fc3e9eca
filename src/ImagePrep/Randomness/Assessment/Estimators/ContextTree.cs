using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>
/// Counts of what followed each context, a context being the last few samples. A longer context is a child of the shorter one, by the sample that
/// comes before it, so that all contexts of a place are one way down from the root.
/// </summary>
/// <remarks>A node that was made only because a longer context needs it has counted nothing: it is not known.</remarks>
internal sealed class ContextTree
{
    /// <summary>The empty context.</summary>
    public const int Root = 0;

    private readonly PairMap _children = new();
    private readonly PairMap _counts = new();
    private readonly List<(int Count, byte Symbol)> _best = [default];

    /// <summary>The context that has one more sample in front; 0 if there is no such node.</summary>
    public int Child(int node, byte before) => _children.Find(node, before);

    /// <summary>The same, made if there was none.</summary>
    public int MakeChild(int node, byte before)
    {
        ref int child = ref _children.At(node, before);
        if (child == 0)
        {
            child = _best.Count;
            _best.Add(default);
        }

        return child;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsKnown(int node) => node != Root && _best[node].Count > 0;

    /// <summary>What followed a known context most often, the greatest of several, and how often.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Count, byte Symbol) Prediction(int node) => _best[node];

    /// <summary>Counts a symbol that follows a context.</summary>
    /// <param name="node">The context.</param>
    /// <param name="symbol">What followed it.</param>
    /// <param name="mayAdd">Whether a symbol that did not follow it before is counted.</param>
    /// <returns>Whether this was such a symbol, and counted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Add(int node, byte symbol, bool mayAdd)
    {
        if (!mayAdd && _counts.Find(node, symbol) == 0)
        {
            return false;
        }

        int count = ++_counts.At(node, symbol);
        (int most, byte best) = _best[node];
        if (count > most || (count == most && symbol > best))
        {
            _best[node] = (count, symbol);
        }

        return count == 1;
    }
}
