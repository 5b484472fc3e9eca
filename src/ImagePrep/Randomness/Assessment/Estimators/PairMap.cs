using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>Numbers by pairs of a node and a symbol: an open hash table that only grows.</summary>
internal sealed class PairMap
{
    private ulong[] _keys = new ulong[1 << 10];
    private int[] _values = new int[1 << 10];
    private int _shift = 64 - 10;
    private int _count;

    /// <summary>The number of a pair; 0 if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(int node, byte symbol)
    {
        ulong key = Key(node, symbol);
        int slot = SlotOf(key);
        return _keys[slot] == key ? _values[slot] : 0;
    }

    /// <summary>The number of a pair, to be read and written; 0 if there was none. Good until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ref int At(int node, byte symbol)
    {
        ulong key = Key(node, symbol);
        int slot = SlotOf(key);
        if (_keys[slot] != key)
        {
            if (++_count > _keys.Length / 2)
            {
                Grow();
                slot = SlotOf(key);
            }

            _keys[slot] = key;
        }

        return ref _values[slot];
    }

    // Never zero, which marks a free slot.
    private static ulong Key(int node, byte symbol) => ((((ulong)(uint)node) << 8) | symbol) + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(ulong key)
    {
        int slot = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (_keys[slot] != 0 && _keys[slot] != key)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }

        return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow()
    {
        ulong[] keys = _keys;
        int[] values = _values;
        _keys = new ulong[keys.Length * 2];
        _values = new int[keys.Length * 2];
        _shift--;
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] != 0)
            {
                int slot = SlotOf(keys[i]);
                _keys[slot] = keys[i];
                _values[slot] = values[i];
            }
        }
    }
}
