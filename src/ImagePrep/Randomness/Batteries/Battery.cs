namespace ImagePrep.Randomness.Batteries;

/// <summary>The four tests together, by the plain functions: the definition that the fast scanner is checked against.</summary>
public static class Battery
{
    /// <summary>The tests that the sample fails; <see cref="BlockTests.None"/> when it passes all four.</summary>
    public static BlockTests Failures(ReadOnlySpan<byte> sample, BatteryLimits limits)
    {
        BlockTests failed = BlockTests.None;
        failed |= MonobitTest.Evaluate(sample, limits).Passed ? BlockTests.None : BlockTests.Monobit;
        failed |= PokerTest.Evaluate(sample, limits).Passed ? BlockTests.None : BlockTests.Poker;
        failed |= RunsTest.Evaluate(sample, limits).Passed ? BlockTests.None : BlockTests.Runs;
        failed |= LongRunTest.Evaluate(sample, limits).Passed ? BlockTests.None : BlockTests.LongRun;
        return failed;
    }
}
