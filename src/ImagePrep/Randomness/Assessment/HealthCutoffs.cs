using ImagePrep.Randomness.HealthTests;

namespace ImagePrep.Randomness.Assessment;

/// <summary>Cutoffs of the health tests that follow from an entropy (SP 800-90B §4.4).</summary>
/// <param name="AlphaExponent">The false-alarm probability of one test is 2 to the minus this.</param>
/// <param name="RepetitionCount">So many equal samples in a row are an alarm (§4.4.1).</param>
/// <param name="AdaptiveProportion">So many samples of a window equal to its first are an alarm (§4.4.2); one more than the window holds means that no window can alarm.</param>
/// <param name="Window">Samples of a window of the adaptive proportion test: 1,024 for two values, else 512.</param>
public sealed record HealthCutoffs(int AlphaExponent, long RepetitionCount, int AdaptiveProportion, int Window)
{
    internal static HealthCutoffs For(double entropy, int alphabet, int alphaExponent)
    {
        int window = HealthTestCutoffs.Window(alphabet);
        return new HealthCutoffs(
            alphaExponent,
            HealthTestCutoffs.RepetitionCount(entropy, alphaExponent),
            HealthTestCutoffs.AdaptiveProportion(entropy, window, alphaExponent),
            window);
    }
}
