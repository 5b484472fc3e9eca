namespace ImagePrep.Randomness.HealthTests;

/// <summary>Repetition count test (SP 800-90B §4.4.1): alarms as soon as a source is stuck on one value.</summary>
public sealed class RepetitionCountTest
{
    private readonly long _cutoff;
    private int _value;
    private long _count;

    /// <param name="cutoff">So many equal samples in a row are an alarm; from 2.</param>
    public RepetitionCountTest(long cutoff)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cutoff, 2);
        _cutoff = cutoff;
    }

    /// <summary>Takes the next sample.</summary>
    /// <returns>False for an alarm: at the sample that reaches the cutoff, and at each further one of the same run.</returns>
    public bool Accepts(int sample)
    {
        _count = _count > 0 && sample == _value ? _count + 1 : 1;
        _value = sample;
        return _count < _cutoff;
    }
}
