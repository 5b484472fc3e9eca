namespace ImagePrep.Randomness.HealthTests;

/// <summary>
/// Adaptive proportion test (SP 800-90B §4.4.2): alarms when a value has become far more common than the entropy allows. The first sample of each window is
/// counted in it; windows do not overlap.
/// </summary>
public sealed class AdaptiveProportionTest
{
    private readonly int _cutoff;
    private readonly int _window;
    private int _value;
    private int _count;
    private int _position;

    /// <param name="cutoff">So many samples of a window equal to its first, that one included, are an alarm; from 2.</param>
    /// <param name="window">Samples of a window; see <see cref="HealthTestCutoffs.Window"/>.</param>
    public AdaptiveProportionTest(int cutoff, int window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cutoff, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 2);
        _cutoff = cutoff;
        _window = window;
    }

    /// <summary>Takes the next sample.</summary>
    /// <returns>False for an alarm: at the sample that reaches the cutoff, and at each further equal one of the same window.</returns>
    public bool Accepts(int sample)
    {
        if (_position == 0)
        {
            _value = sample;
            _count = 0;
        }

        _position = _position + 1 < _window ? _position + 1 : 0;
        if (sample != _value)
        {
            return true;
        }

        _count++;
        return _count < _cutoff;
    }
}
