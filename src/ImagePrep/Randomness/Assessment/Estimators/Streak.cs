using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>How often predictions were right, and how often in a row.</summary>
internal struct Streak
{
    private long _current;

    public long Correct { get; private set; }

    public long Longest { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(bool right)
    {
        if (!right)
        {
            _current = 0;
            return;
        }

        Correct++;
        _current++;
        Longest = Math.Max(Longest, _current);
    }
}
