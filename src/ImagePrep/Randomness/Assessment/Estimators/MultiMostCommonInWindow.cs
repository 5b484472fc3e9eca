using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>
/// Multi Most Common in Window prediction estimate (SP 800-90B §6.3.7): predicts the most common of the last 63, 255, 1,023 or 4,095 samples, whichever
/// window has been right most often.
/// </summary>
internal static class MultiMostCommonInWindow
{
    private static readonly int[] UsualWindows = [63, 255, 1023, 4095];

    public static Estimate Run(ReadOnlySpan<byte> samples, int alphabet) => Run(samples, alphabet, UsualWindows);

    /// <param name="samples">One a byte.</param>
    /// <param name="alphabet">Values that a sample can have.</param>
    /// <param name="lengths">Lengths of the windows, ascending.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Estimate Run(ReadOnlySpan<byte> samples, int alphabet, ReadOnlySpan<int> lengths)
    {
        if (samples.Length < lengths[^1] + 1)
        {
            return Estimate.None($"needs {lengths[^1] + 1} samples");
        }

        Window[] windows = new Window[lengths.Length];
        for (int i = 0; i < windows.Length; i++)
        {
            windows[i] = new Window(lengths[i], alphabet);
        }

        int[] lastSeen = new int[alphabet];
        int winner = 0;
        Streak streak = default;
        for (int i = 0; i < samples.Length; i++)
        {
            byte sample = samples[i];
            if (i >= lengths[0])
            {
                streak.Add(windows[winner].MostCommon == sample);
            }

            lastSeen[sample] = i;
            for (int j = 0; j < windows.Length; j++)
            {
                Window window = windows[j];
                if (i >= window.Length && window.MostCommon == sample && ++window.Score >= windows[winner].Score)
                {
                    winner = j;
                }

                window.Add(sample, i >= window.Length ? samples[i - window.Length] : -1, lastSeen);
            }
        }

        return Prediction.Of(streak.Correct, samples.Length - lengths[0], streak.Longest, alphabet);
    }

    /// <summary>The counts of the last samples, and their mode: of several, the one that was seen last.</summary>
    private sealed class Window(int length, int alphabet)
    {
        private readonly int[] _counts = new int[alphabet];

        public int Length => length;

        public int MostCommon { get; private set; } = -1;

        public int Score { get; set; }

        /// <param name="entering">The newest sample.</param>
        /// <param name="leaving">The one that it pushes out; −1 while the window fills.</param>
        /// <param name="lastSeen">Where each value was last seen, the newest sample included.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(int entering, int leaving, ReadOnlySpan<int> lastSeen)
        {
            _counts[entering]++;
            if (leaving >= 0)
            {
                _counts[leaving]--;
            }

            if (leaving == MostCommon && leaving >= 0)
            {
                Search(lastSeen);
            }
            else if (MostCommon < 0 || _counts[entering] >= _counts[MostCommon])
            {
                MostCommon = entering;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Search(ReadOnlySpan<int> lastSeen)
        {
            int best = MostCommon;
            for (int value = 0; value < _counts.Length; value++)
            {
                int difference = _counts[value] - _counts[best];
                if (difference > 0 || (difference == 0 && lastSeen[value] > lastSeen[best]))
                {
                    best = value;
                }
            }

            MostCommon = best;
        }
    }
}
