using ImagePrep.Randomness.HealthTests;

namespace ImagePrep.Tests.Randomness.HealthTests;

/// <summary>The two health tests sample by sample.</summary>
public sealed class StreamingHealthTestTests
{
    [Fact]
    public void RepetitionCount_RunBelowTheCutoff_IsAcceptedAndAtItIsNot()
    {
        RepetitionCountTest test = new(4);

        Verdicts(test.Accepts, 7, 7, 7, 8, 8, 8, 9, 9, 9, 9, 9, 7).ShouldBe("+++++++++--+");
    }

    [Fact]
    public void RepetitionCount_FirstSampleIsZero_IsNotARepetition()
    {
        RepetitionCountTest test = new(2);

        Verdicts(test.Accepts, 0, 0, 1).ShouldBe("+-+");
    }

    [Fact]
    public void AdaptiveProportion_CountsTheFirstOfEachWindowOnly()
    {
        // Windows of 6: the first value of the first is 1, of the second 2; 1 in the second does not count.
        AdaptiveProportionTest test = new(3, 6);

        Verdicts(test.Accepts, 1, 2, 2, 2, 1, 2, 2, 1, 1, 1, 2, 1).ShouldBe("++++++++++++");
        Verdicts(test.Accepts, 5, 5, 6, 5, 5, 6, 5, 6, 6, 6, 6, 5).ShouldBe("+++--+++++++");
    }

    [Fact]
    public void AdaptiveProportion_EqualSamplesAcrossWindows_AreNotAdded()
    {
        AdaptiveProportionTest test = new(4, 4);

        Verdicts(test.Accepts, 9, 1, 9, 9, 9, 9, 9, 1).ShouldBe("++++++++");
        Verdicts(test.Accepts, 9, 9, 9, 9).ShouldBe("+++-");
    }

    [Fact]
    public void GoodBytes_GiveNoAlarm_AndBiasedOnesDo()
    {
        byte[] good = Samples.Random(1_000_000, 3);
        byte[] biased = [.. good.Select(value => value < 16 ? (byte)0 : value)];

        Alarms(good).ShouldBe((0, 0));
        (int repetitions, int proportions) = Alarms(biased);
        repetitions.ShouldBeGreaterThan(0);
        proportions.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Cutoffs_BelowTwo_AreRefused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new RepetitionCountTest(1));
        Should.Throw<ArgumentOutOfRangeException>(() => new AdaptiveProportionTest(1, 512));
        Should.Throw<ArgumentOutOfRangeException>(() => new AdaptiveProportionTest(2, 1));
    }

    /// <summary>Cutoffs of 8 bits per sample at α = 2^−30.</summary>
    private static (int Repetitions, int Proportions) Alarms(byte[] samples)
    {
        RepetitionCountTest repetition = new(HealthTestCutoffs.RepetitionCount(8, 30));
        AdaptiveProportionTest proportion = new(HealthTestCutoffs.AdaptiveProportion(8, 512, 30), 512);
        return (samples.Count(sample => !repetition.Accepts(sample)), samples.Count(sample => !proportion.Accepts(sample)));
    }

    private static string Verdicts(Func<int, bool> accepts, params int[] samples) => string.Concat(samples.Select(sample => accepts(sample) ? '+' : '-'));
}
