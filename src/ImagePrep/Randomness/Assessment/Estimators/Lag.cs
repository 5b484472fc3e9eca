using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>Lag prediction estimate (SP 800-90B §6.3.8): predicts the sample of so many steps ago, whichever of 128 distances has been right most often.</summary>
internal static class Lag
{
    public const int UsualLags = 128;

    public static Estimate Run(ReadOnlySpan<byte> samples, int alphabet, int lags = UsualLags)
    {
        if (samples.Length < 3)
        {
            return Estimate.None("needs 3 samples");
        }

        LagScores scores = new(lags);
        int one = lags == UsualLags ? Math.Min(samples.Length, UsualLags) : samples.Length;
        scores.AddOneByOne(samples, 1, one);
        for (int start = one; start < samples.Length; start += LagScores.BlockSamples)
        {
            scores.AddBlock(samples, start, Math.Min(start + LagScores.BlockSamples, samples.Length));
        }

        return Prediction.Of(scores.Streak.Correct, samples.Length - 1, scores.Streak.Longest, alphabet);
    }

    /// <summary>How often each distance was right, and which leads. Of several with the highest score the one that reached it last leads, the longest of a step.</summary>
    private sealed class LagScores(int lags)
    {
        /// <summary>Scores of a block are 16 bits wide and relative to the highest: who is behind by more than a block cannot lead in it.</summary>
        public const int BlockSamples = 16_384;

        private const short FarBehind = -32_000;

        // By distance, descending: the order in which the samples lie before the one that is predicted.
        private readonly int[] _scores = new int[lags];
        private int _highest;
        private int _leader = 1;
        private Streak _streak;

        public Streak Streak => _streak;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void AddOneByOne(ReadOnlySpan<byte> samples, int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                byte sample = samples[i];
                _streak.Add(samples[i - _leader] == sample);
                for (int lag = 1; lag <= Math.Min(i, lags); lag++)
                {
                    if (samples[i - lag] == sample && ++_scores[lags - lag] >= _highest)
                    {
                        _highest = _scores[lags - lag];
                        _leader = lag;
                    }
                }
            }
        }

        /// <summary>The same for samples that have all distances behind them, 32 distances at a time.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void AddBlock(ReadOnlySpan<byte> samples, int start, int end)
        {
            Span<short> relative = stackalloc short[UsualLags];
            Span<short> before = stackalloc short[UsualLags];
            for (int i = 0; i < UsualLags; i++)
            {
                before[i] = relative[i] = (short)Math.Max(_scores[i] - _highest, FarBehind);
            }

            short highest = 0;
            for (int i = start; i < end; i++)
            {
                _streak.Add(samples[i - _leader] == samples[i]);
                Step(samples.Slice(i - UsualLags, UsualLags), samples[i], relative, ref highest);
            }

            for (int i = 0; i < UsualLags; i++)
            {
                _scores[i] += relative[i] - before[i];
            }

            _highest += highest;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Step(ReadOnlySpan<byte> history, byte sample, Span<short> relative, ref short highest)
        {
            ref byte bytes = ref MemoryMarshal.GetReference(history);
            ref short scores = ref MemoryMarshal.GetReference(relative);
            Vector256<byte> wanted = Vector256.Create(sample);
            Vector256<short> high = Vector256.Create(highest);
            Vector256<short> reached = Vector256<short>.Zero;
            for (nuint i = 0; i < UsualLags; i += 32)
            {
                (Vector256<short> lower, Vector256<short> upper) = Vector256.Widen(Vector256.Equals(Vector256.LoadUnsafe(ref bytes, i), wanted).AsSByte());
                Vector256<short> first = Vector256.LoadUnsafe(ref scores, i) - lower;
                Vector256<short> second = Vector256.LoadUnsafe(ref scores, i + 16) - upper;
                first.StoreUnsafe(ref scores, i);
                second.StoreUnsafe(ref scores, i + 16);
                reached |= (lower & Vector256.GreaterThanOrEqual(first, high)) | (upper & Vector256.GreaterThanOrEqual(second, high));
            }

            if (reached == Vector256<short>.Zero)
            {
                return;
            }

            // A score grows by one at most, so the new highest is the old one or the next.
            int above = relative.IndexOf((short)(highest + 1));
            if (above >= 0)
            {
                highest++;
                _leader = UsualLags - above;
                return;
            }

            for (int i = 0; i < UsualLags; i++)
            {
                if (relative[i] == highest && history[i] == sample)
                {
                    _leader = UsualLags - i;
                    return;
                }
            }
        }
    }
}
