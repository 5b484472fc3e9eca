using ImagePrep.Randomness.Assessment;

namespace ImagePrep.Tests.Randomness.Assessment;

public sealed class EntropyAssessorTests
{
    [Fact]
    public void Assess_Claim_IsAnUpperLimit()
    {
        NoiseSamples samples = NoiseSamples.Of(NoiseKinds.Ideal(10_000, 4));
        double without = EntropyAssessor.Assess(samples).AssessedEntropy;

        EntropyAssessor.Assess(samples, claimedEntropy: 1.5).AssessedEntropy.ShouldBe(1.5);
        EntropyAssessor.Assess(samples, claimedEntropy: 4).AssessedEntropy.ShouldBe(without);
    }

    [Fact]
    public void Assess_OneValue_HasNoEntropy()
    {
        EntropyAssessment assessment = EntropyAssessor.Assess(NoiseSamples.Of(new byte[10_000], bitsPerSymbol: 8));

        assessment.AssessedEntropy.ShouldBe(0);
        assessment.Passed.ShouldBeFalse();
        assessment.Estimators.Count(estimator => estimator.Original is not null).ShouldBe(1);
        assessment.HealthTests.ShouldBeEmpty();
    }

    [Fact]
    public void Assess_HealthTests_FollowFromTheResult()
    {
        EntropyAssessment assessment = EntropyAssessor.Assess(NoiseSamples.Of(NoiseKinds.Ideal(10_000, 1)), claimedEntropy: 0.5);

        assessment.HealthTests.ShouldBe([new HealthCutoffs(20, 41, 793, 1024), new HealthCutoffs(30, 61, 810, 1024), new HealthCutoffs(40, 81, 824, 1024)]);
    }

    [Fact]
    public void Assess_TenThousandIdealBytes_AreUnderestimatedAndSaidToBeTooFew()
    {
        EntropyAssessment assessment = EntropyAssessor.Assess(NoiseSamples.Of(NoiseKinds.Ideal(10_000, 8)));

        assessment.Sufficient.ShouldBeFalse();
        assessment.Passed.ShouldBeFalse();
        assessment.AssessedEntropy.ShouldBeInRange(5, 6.5);
    }

    [Fact]
    public void Assess_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        Should.Throw<OperationCanceledException>(() => EntropyAssessor.Assess(NoiseSamples.Of(NoiseKinds.Ideal(10_000, 8)), cancellation: source.Token));
    }

    [Fact]
    public void Assess_Twice_GivesTheSame()
    {
        NoiseSamples samples = NoiseSamples.Of(NoiseKinds.Ideal(20_000, 8));
        EntropyAssessment first = EntropyAssessor.Assess(samples);
        EntropyAssessment second = EntropyAssessor.Assess(samples);

        second.Estimators.Select(estimator => (estimator.Original?.Entropy, estimator.Bitstring?.Entropy))
            .ShouldBe(first.Estimators.Select(estimator => (estimator.Original?.Entropy, estimator.Bitstring?.Entropy)));
    }
}
