using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Suffixes;

/// <summary>How often tuples of each length repeat in a text, overlapping ones included.</summary>
internal sealed class RepeatCounts
{
    private RepeatCounts(int[] most, long[] pairs)
    {
        Most = most;
        Pairs = pairs;
    }

    /// <summary>Length of the longest tuple that occurs twice.</summary>
    public int Longest => Most.Length - 1;

    /// <summary>By length: occurrences of the most common tuple. Index 0 has no meaning.</summary>
    public int[] Most { get; }

    /// <summary>By length: pairs of places that hold the same tuple. Index 0 has no meaning.</summary>
    public long[] Pairs { get; }

    public static RepeatCounts Of(ReadOnlySpan<byte> text)
    {
        int[] lengths = SuffixArray.Of(text);
        CommonPrefixes.Replace(text, lengths);
        return Count(lengths);
    }

    /// <summary>
    /// Suffixes that share a prefix are neighbours, so each maximal row of neighbours with at least some length in common is a tuple with all its
    /// occurrences. The rows form a tree; a stack holds those that are still open.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static RepeatCounts Count(ReadOnlySpan<int> lengths)
    {
        int longest = 0;
        foreach (int length in lengths)
        {
            longest = Math.Max(longest, length);
        }

        int[] most = new int[longest + 1];
        long[] pairs = new long[longest + 1];
        Stack<(int Length, int Start)> open = new();
        open.Push((0, 0));
        for (int i = 1; i <= lengths.Length; i++)
        {
            int length = i < lengths.Length ? lengths[i] : 0;
            int start = i - 1;
            while (open.Peek().Length > length)
            {
                (int closed, start) = open.Pop();
                int occurrences = i - start;

                // Counts for all lengths down to, but without, that of the row around it: as differences, which are added up below.
                long rowPairs = (long)occurrences * (occurrences - 1) / 2;
                pairs[closed] += rowPairs;
                pairs[Math.Max(length, open.Peek().Length)] -= rowPairs;
                most[closed] = Math.Max(most[closed], occurrences);
            }

            if (open.Peek().Length < length)
            {
                open.Push((length, start));
            }
        }

        for (int length = longest - 1; length > 0; length--)
        {
            most[length] = Math.Max(most[length], most[length + 1]);
            pairs[length] += pairs[length + 1];
        }

        return new RepeatCounts(most, pairs);
    }
}
