using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>
/// Multi Markov Model with Counting prediction estimate (SP 800-90B §6.3.9): predicts what followed the last 1, 2, … 16 samples most often, by the length that
/// has been right most often. Each length learns 100,000 pairs at most.
/// </summary>
/// <remarks>A length that has no prediction neither continues nor ends a run of right ones, as in NIST's program.</remarks>
internal static class MultiMarkov
{
    private const int UsualOrders = 16;
    private const int MostPairs = 100_000;

    public static Estimate Run(ReadOnlySpan<byte> samples, int alphabet) =>
        alphabet == 2 ? RunBits(samples) : Run(samples, alphabet, UsualOrders);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Estimate Run(ReadOnlySpan<byte> samples, int alphabet, int orders)
    {
        if (samples.Length < 4)
        {
            return Estimate.None("needs 4 samples");
        }

        ContextTree tree = new(orders * Math.Min(samples.Length, MostPairs));
        int[] pairs = new int[orders];
        for (int order = 0; order < orders && order < samples.Length - 2; order++)
        {
            int node = ContextTree.Root;
            for (int back = 0; back <= order; back++)
            {
                node = tree.MakeChild(node, samples[order - back]);
            }

            tree.Add(node, samples[order + 1], mayAdd: true);
            pairs[order] = 1;
        }

        Scores scores = new(orders);
        int open = orders; // Lengths from here on have all their pairs.
        for (int i = 2; i < samples.Length; i++)
        {
            byte sample = samples[i];
            int node = ContextTree.Root;
            bool known = true;
            scores.BeginStep();
            for (int order = 0; order < orders && order <= i - 2; order++)
            {
                byte before = samples[i - order - 1];
                int child = known ? tree.Child(node, before) : 0;
                known = known && tree.IsKnown(child);
                if (known)
                {
                    scores.Add(order, tree.Prediction(child).Symbol == sample);
                    pairs[order] += tree.Add(child, sample, pairs[order] < MostPairs) ? 1 : 0;
                }
                else if (order >= open)
                {
                    break;
                }
                else
                {
                    child = tree.MakeChild(node, before);
                    if (pairs[order] < MostPairs)
                    {
                        tree.Add(child, sample, mayAdd: true);
                        pairs[order]++;
                    }
                }

                node = child;
            }

            while (open > 0 && pairs[open - 1] >= MostPairs)
            {
                open--;
            }
        }

        return Prediction.Of(scores.Streak.Correct, samples.Length - 2, scores.Streak.Longest, alphabet);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Estimate RunBits(ReadOnlySpan<byte> bits)
    {
        if (bits.Length < BitContexts.Longest + 2)
        {
            return Estimate.None($"needs {BitContexts.Longest + 2} bits");
        }

        BitContexts contexts = new();
        int[] pairs = new int[BitContexts.Longest];
        for (int length = 1; length <= BitContexts.Longest; length++)
        {
            contexts.At(length, BitContexts.HistoryAt(bits, length))[bits[length]] = 1;
            pairs[length - 1] = 1;
        }

        Scores scores = new(BitContexts.Longest);
        uint history = bits[0];
        for (int i = 2; i < bits.Length; i++)
        {
            int bit = bits[i];
            history = (history << 1) | bits[i - 1];
            scores.BeginStep();
            bool known = true;
            for (int length = 1; length <= BitContexts.Longest && length < i; length++)
            {
                Span<int> counts = contexts.At(length, history);
                int zeros = counts[0];
                int ones = counts[1];
                known &= (zeros | ones) != 0;
                if (known)
                {
                    scores.Add(length - 1, (zeros > ones ? 0 : 1) == bit);
                }

                if (counts[bit] != 0)
                {
                    counts[bit]++;
                }
                else if (pairs[length - 1] < MostPairs)
                {
                    counts[bit] = 1;
                    pairs[length - 1]++;
                }
            }
        }

        return Prediction.Of(scores.Streak.Correct, bits.Length - 2, scores.Streak.Longest, 2);
    }

    /// <summary>How often each length was right, and which leads: of several with the same score the one that reached it last.</summary>
    private sealed class Scores(int orders)
    {
        private readonly int[] _scores = new int[orders];
        private int _leader;
        private int _next;
        private Streak _streak;

        public Streak Streak => _streak;

        /// <summary>The leader is the one of before the step.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void BeginStep() => _leader = _next;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(int order, bool right)
        {
            _scores[order] += right ? 1 : 0;
            if (right && _scores[order] >= _scores[_next])
            {
                _next = order;
            }

            if (order == _leader)
            {
                _streak.Add(right);
            }
        }
    }
}
