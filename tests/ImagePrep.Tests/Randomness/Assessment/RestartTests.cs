using ImagePrep.Randomness.Assessment;
using Sut = ImagePrep.Randomness.Assessment.RestartTests;

namespace ImagePrep.Tests.Randomness.Assessment;

/// <summary>The restart tests: what they must let pass and what they must find.</summary>
public sealed class RestartTests
{
    [Fact]
    public void Run_IndependentRestarts_Pass()
    {
        // Two values, so that the estimators for bits run too.
        RestartResult result = Sut.Run(NoiseSamples.Of(NoiseKinds.Ideal(1_000_000, 1)), 0.8, CancellationToken.None);

        result.SanityPassed.ShouldBeTrue();
        result.Passed.ShouldBeTrue();
        result.RowEntropy!.Value.ShouldBeInRange(0.8, 1);
        result.ColumnEntropy!.Value.ShouldBeInRange(0.8, 1);
        result.Estimates.Length.ShouldBe(10);
        result.Estimates.ShouldAllBe(estimate => estimate.Rows != null && estimate.Columns != null);
        result.Estimates.Min(estimate => estimate.Rows!.Entropy).ShouldBe(result.RowEntropy);
    }

    [Fact]
    public void Run_SameStartEachTime_FailsTheSanityCheck()
    {
        // Each restart is good in itself; all are the same.
        byte[] row = NoiseKinds.Ideal(1000, 8);

        RestartResult result = Sut.Run(NoiseSamples.Of([.. Enumerable.Repeat(row, 1000).SelectMany(samples => samples)]), 7, CancellationToken.None);

        result.MostCommonCount.ShouldBe(1000);
        result.SanityPassed.ShouldBeFalse();
        result.Passed.ShouldBeFalse();
        result.RowEntropy.ShouldBeNull();
        result.Estimates.ShouldBeEmpty();
    }

    [Fact]
    public void Run_StuckPlace_FailsTheSanityCheck()
    {
        byte[] matrix = NoiseKinds.Ideal(1_000_000, 8);
        for (int restart = 0; restart < 100; restart++)
        {
            matrix[(restart * 1000) + 500] = 42;
        }

        Sut.Run(NoiseSamples.Of(matrix), 7, CancellationToken.None).SanityPassed.ShouldBeFalse();
    }

    [Fact]
    public void Run_RestartsThatCountOn_FailTheValidation()
    {
        // Every value comes as often as it should in rows and columns, but each restart is the one before plus one.
        byte[] row = NoiseKinds.Ideal(1000, 8);
        byte[] matrix = [.. Enumerable.Range(0, 1_000_000).Select(i => (byte)(row[i % 1000] + (i / 1000)))];

        RestartResult result = Sut.Run(NoiseSamples.Of(matrix), 7, CancellationToken.None);

        result.SanityPassed.ShouldBeTrue();
        result.ColumnEntropy!.Value.ShouldBeLessThan(3.5);
        result.Passed.ShouldBeFalse();
    }

    [Fact]
    public void Assess_FailedRestarts_LeaveNothingToClaim()
    {
        NoiseSamples samples = NoiseSamples.Of(NoiseKinds.Ideal(20_000, 1));

        EntropyAssessment assessment = EntropyAssessor.Assess(samples, NoiseSamples.Of([.. Enumerable.Repeat(NoiseKinds.Ideal(1000, 1), 1000).SelectMany(row => row)]));

        assessment.InitialEntropy.ShouldBeGreaterThan(0.5);
        assessment.AssessedEntropy.ShouldBe(0);
        assessment.Passed.ShouldBeFalse();
        assessment.HealthTests.ShouldBeEmpty();
    }
}
