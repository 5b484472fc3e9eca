using ImagePrep.Randomness.Assessment;

namespace ImagePrep.Tests.Randomness.Assessment;

public sealed class RestartCutoffTests
{
    [Theory]
    [InlineData(0, 1000)]
    [InlineData(8, 0)]
    public void For_KnownEntropies_IsWhatTheReferenceSimulates(double entropy, int cutoff) => RestartCutoff.For(entropy).ShouldBe(cutoff);
}
