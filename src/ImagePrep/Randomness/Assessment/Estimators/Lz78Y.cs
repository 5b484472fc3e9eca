using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>
/// LZ78Y prediction estimate (SP 800-90B §6.3.10): predicts from the last 1 to 16 samples with a dictionary of 65,536 contexts, as a compressor does; what
/// has been counted most often is predicted, from the longer context if equal.
/// </summary>
internal static class Lz78Y
{
    private const int UsualLength = 16;
    private const int MostContexts = 65_536;

    public static Estimate Run(ReadOnlySpan<byte> samples, int alphabet) =>
        alphabet == 2 ? RunBits(samples) : Run(samples, alphabet, UsualLength);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Estimate Run(ReadOnlySpan<byte> samples, int alphabet, int longest)
    {
        if (samples.Length < longest + 3)
        {
            return Estimate.None($"needs {longest + 3} samples");
        }

        ContextTree tree = new(Math.Min(longest * samples.Length, MostContexts + longest));
        int contexts = 0;
        int[] path = new int[longest + 1];
        Streak streak = default;
        for (int i = longest; i < samples.Length; i++)
        {
            byte sample = samples[i];
            int depth = Descend(tree, samples[..i], path, contexts < MostContexts);
            (int Count, byte Symbol) prediction = default;
            for (int length = depth; length > 0; length--)
            {
                int node = path[length];
                if (tree.IsKnown(node))
                {
                    prediction = tree.Prediction(node) is { } other && other.Count > prediction.Count ? other : prediction;
                    tree.Add(node, sample, mayAdd: true);
                }
                else if (contexts < MostContexts)
                {
                    tree.Add(node, sample, mayAdd: true);
                    contexts++;
                }
            }

            // The first place only fills the dictionary.
            if (i > longest)
            {
                streak.Add(prediction.Count > 0 && prediction.Symbol == sample);
            }
        }

        return Prediction.Of(streak.Correct, samples.Length - longest - 1, streak.Longest, alphabet);
    }

    /// <summary>The nodes of all contexts that end here, by their length; missing ones are made if there is still room for contexts.</summary>
    /// <returns>The longest of them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Descend(ContextTree tree, ReadOnlySpan<byte> before, int[] path, bool make)
    {
        for (int length = 1; length < path.Length; length++)
        {
            byte symbol = before[^length];
            int node = make ? tree.MakeChild(path[length - 1], symbol) : tree.Child(path[length - 1], symbol);
            if (node == ContextTree.Root)
            {
                return length - 1;
            }

            path[length] = node;
        }

        return path.Length - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Estimate RunBits(ReadOnlySpan<byte> bits)
    {
        const int Longest = BitContexts.Longest;
        if (bits.Length < Longest + 3)
        {
            return Estimate.None($"needs {Longest + 3} bits");
        }

        BitContexts table = new();
        int contexts = 0;
        uint history = BitContexts.HistoryAt(bits, Longest);
        Streak streak = default;
        for (int i = Longest; i < bits.Length; i++)
        {
            int bit = bits[i];
            int most = 0;
            int prediction = -1;
            for (int length = Longest; length > 0; length--)
            {
                Span<int> counts = table.At(length, history);
                int best = counts[0] > counts[1] ? 0 : 1;
                int count = counts[best];
                if (count > most)
                {
                    most = count;
                    prediction = best;
                }

                if (count > 0)
                {
                    counts[bit]++;
                }
                else if (contexts < MostContexts)
                {
                    counts[bit] = 1;
                    contexts++;
                }
            }

            history = (history << 1) | (uint)bit;
            if (i > Longest)
            {
                streak.Add(prediction == bit);
            }
        }

        return Prediction.Of(streak.Correct, bits.Length - Longest - 1, streak.Longest, 2);
    }
}
