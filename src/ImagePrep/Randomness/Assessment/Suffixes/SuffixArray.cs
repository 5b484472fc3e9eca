using System.Numerics;
using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Suffixes;

/// <summary>
/// Suffix arrays in linear time and with no more memory than the result and a bit a symbol: induced sorting (Nong, Zhang, Chan: "Two Efficient
/// Algorithms for Linear Time Suffix Array Construction", 2011).
/// </summary>
/// <remarks>
/// A suffix is of type S if it is smaller than the next one, else of type L; the end of the text counts as the smallest suffix. Once the S suffixes with an L before
/// them ("leftmost") are sorted, two passes put all others in order. They are sorted by the same passes, by names of their pieces, and where these are not
/// unique by recursion on the text of names.
/// </remarks>
internal static class SuffixArray
{
    private const int None = -1;

    /// <summary>Starts of all suffixes, in their order.</summary>
    public static int[] Of(ReadOnlySpan<byte> text)
    {
        int[] suffixes = new int[text.Length];
        Sort(text, suffixes, 256);
        return suffixes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sort<T>(ReadOnlySpan<T> text, Span<int> suffixes, int alphabet)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (text.Length < 2)
        {
            suffixes.Clear();
            return;
        }

        PlaceSet isSmall = Types(text);
        int[] counts = new int[alphabet];
        foreach (T symbol in text)
        {
            counts[int.CreateTruncating(symbol)]++;
        }

        int[] ends = new int[alphabet];
        suffixes.Fill(None);
        FillEnds(counts, ends);
        for (int i = 1; i < text.Length; i++)
        {
            if (IsLeftmost(isSmall, i))
            {
                suffixes[--ends[Symbol(text, i)]] = i;
            }
        }

        Induce(text, suffixes, counts, ends);
        int leftmost = 0;
        for (int i = 0; i < suffixes.Length; i++)
        {
            if (IsLeftmost(isSmall, suffixes[i]))
            {
                suffixes[leftmost++] = suffixes[i];
            }
        }

        SortLeftmost(text, suffixes, isSmall, leftmost);
        suffixes[leftmost..].Fill(None);
        FillEnds(counts, ends);
        for (int i = leftmost - 1; i >= 0; i--)
        {
            int start = suffixes[i];
            suffixes[i] = None;
            suffixes[--ends[Symbol(text, start)]] = start;
        }

        Induce(text, suffixes, counts, ends);
    }

    /// <summary>Puts the leftmost suffixes, which come ordered by their pieces, in their own order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SortLeftmost<T>(ReadOnlySpan<T> text, Span<int> suffixes, PlaceSet isSmall, int count)
        where T : unmanaged, IBinaryInteger<T>
    {
        // No two of them are neighbours, so half a place tells them apart.
        Span<int> names = suffixes[count..];
        names.Fill(None);
        int name = None;
        int last = None;
        foreach (int start in suffixes[..count])
        {
            name += last == None || !SamePiece(text, isSmall, last, start) ? 1 : 0;
            last = start;
            names[start / 2] = name;
        }

        Span<int> reduced = suffixes[^count..];
        int free = suffixes.Length;
        for (int i = suffixes.Length - 1; i >= count; i--)
        {
            if (suffixes[i] != None)
            {
                suffixes[--free] = suffixes[i];
            }
        }

        Span<int> order = suffixes[..count];
        if (name + 1 < count)
        {
            Sort((ReadOnlySpan<int>)reduced, order, name + 1);
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                order[reduced[i]] = i;
            }
        }

        int next = 0;
        for (int i = 1; i < text.Length; i++)
        {
            if (IsLeftmost(isSmall, i))
            {
                reduced[next++] = i;
            }
        }

        foreach (ref int index in order)
        {
            index = reduced[index];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static PlaceSet Types<T>(ReadOnlySpan<T> text)
        where T : unmanaged, IBinaryInteger<T>
    {
        PlaceSet isSmall = new(text.Length);
        bool small = false;
        for (int i = text.Length - 2; i >= 0; i--)
        {
            int order = Symbol(text, i).CompareTo(Symbol(text, i + 1));
            small = order < 0 || (order == 0 && small);
            if (small)
            {
                isSmall.Add(i);
            }
        }

        return isSmall;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLeftmost(PlaceSet isSmall, int place) => place > 0 && isSmall[place] && !isSmall[place - 1];

    /// <summary>Whether two leftmost suffixes agree up to and with the next leftmost place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool SamePiece<T>(ReadOnlySpan<T> text, PlaceSet isSmall, int left, int right)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; ; i++)
        {
            // The end of the text is in one piece only.
            if (left + i >= text.Length || right + i >= text.Length || text[left + i] != text[right + i] || isSmall[left + i] != isSmall[right + i])
            {
                return false;
            }

            if (i > 0 && (IsLeftmost(isSmall, left + i) || IsLeftmost(isSmall, right + i)))
            {
                return true;
            }
        }
    }

    /// <summary>From leftmost suffixes at the ends of their buckets, puts the L suffixes in order and from these the S suffixes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Induce<T>(ReadOnlySpan<T> text, Span<int> suffixes, int[] counts, int[] bounds)
        where T : unmanaged, IBinaryInteger<T>
    {
        FillStarts(counts, bounds);
        suffixes[bounds[Symbol(text, text.Length - 1)]++] = text.Length - 1;
        for (int i = 0; i < suffixes.Length; i++)
        {
            // Before the leftmost S comes an L, so equal symbols are in a row of L here.
            int before = suffixes[i] - 1;
            if (before >= 0 && Symbol(text, before) is int symbol && symbol >= Symbol(text, before + 1))
            {
                suffixes[bounds[symbol]++] = before;
            }
        }

        FillEnds(counts, bounds);
        for (int i = suffixes.Length - 1; i >= 0; i--)
        {
            // The S suffixes of a bucket are those that this pass has put there.
            int before = suffixes[i] - 1;
            if (before >= 0 && Symbol(text, before) is int symbol && Symbol(text, before + 1) is int next && (symbol < next || (symbol == next && i >= bounds[symbol])))
            {
                suffixes[--bounds[symbol]] = before;
            }
        }
    }

    private static void FillStarts(int[] counts, int[] starts)
    {
        int sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            starts[i] = sum;
            sum += counts[i];
        }
    }

    private static void FillEnds(int[] counts, int[] ends)
    {
        int sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            sum += counts[i];
            ends[i] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Symbol<T>(ReadOnlySpan<T> text, int place)
        where T : unmanaged, IBinaryInteger<T> => int.CreateTruncating(text[place]);
}
