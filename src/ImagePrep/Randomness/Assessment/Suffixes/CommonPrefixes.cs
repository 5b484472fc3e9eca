using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Suffixes;

/// <summary>How many symbols neighbours of a suffix array have in common.</summary>
internal static class CommonPrefixes
{
    /// <summary>
    /// Replaces each suffix by the length of what it has in common with the one before it; the first gets 0. Linear: seen in text order, the length falls by
    /// one at most from place to place (Kärkkäinen, Manzini, Puglisi: "Permuted Longest-Common-Prefix Array", 2009).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Replace(ReadOnlySpan<byte> text, Span<int> suffixes)
    {
        // By place in the text: first the suffix before this one, then the length in common.
        int[] byPlace = new int[text.Length];
        byPlace[suffixes[0]] = -1;
        for (int i = 1; i < suffixes.Length; i++)
        {
            byPlace[suffixes[i]] = suffixes[i - 1];
        }

        int length = 0;
        for (int place = 0; place < byPlace.Length; place++)
        {
            int other = byPlace[place];
            if (other < 0)
            {
                byPlace[place] = length = 0;
                continue;
            }

            length += text[(place + length)..].CommonPrefixLength(text[(other + length)..]);
            byPlace[place] = length;
            length = Math.Max(0, length - 1);
        }

        foreach (ref int suffix in suffixes)
        {
            suffix = byPlace[suffix];
        }
    }
}
