using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>Counts of what followed each context of 1 to 16 bits: few enough for a plain table.</summary>
internal sealed class BitContexts
{
    public const int Longest = 16;

    /// <summary>Two counts for each context; contexts of one length lie together, the shortest first.</summary>
    private readonly int[] _counts = new int[2 << (Longest + 1)];

    /// <summary>The counts of the zeros and ones that followed a context: two neighbours.</summary>
    /// <param name="length">Bits of the context.</param>
    /// <param name="history">The bits before, the newest lowest.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<int> At(int length, uint history) => _counts.AsSpan((int)(((1u << length) | (history & ((1u << length) - 1))) << 1), 2);

    /// <summary>The last 16 bits before a place, the newest lowest.</summary>
    public static uint HistoryAt(ReadOnlySpan<byte> bits, int place)
    {
        uint history = 0;
        foreach (byte bit in bits[..place])
        {
            history = (history << 1) | bit;
        }

        return history;
    }
}
