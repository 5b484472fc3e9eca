using ImagePrep.Randomness.Assessment;
using ImagePrep.Randomness.Assessment.Estimators;

namespace ImagePrep.Tests.Randomness.Assessment;

/// <summary>What follows from the score of a predictor.</summary>
public sealed class PredictionTests
{
    [Theory]
    [InlineData(0.5, 8, 300)]
    [InlineData(0.3, 5, 1000)]
    [InlineData(0.9, 40, 2000)]
    [InlineData(0.05, 3, 5000)]
    public void LogAbsence_IsTheProbabilityOfNoRun(double p, int run, int trials)
    {
        // Exact: probabilities of the length of the run that is going on.
        double[] states = new double[run];
        states[0] = 1;
        for (int i = 0; i < trials; i++)
        {
            double[] next = new double[run];
            next[0] = states.Sum() * (1 - p);
            for (int length = 1; length < run; length++)
            {
                next[length] = states[length - 1] * p;
            }

            states = next;
        }

        Prediction.LogAbsence(p, run, trials).ShouldBe(Math.Log(states.Sum()), 1e-6);
    }

    [Fact]
    public void Of_NeverRight_HasTheBoundOfStep5()
    {
        Estimate estimate = Prediction.Of(0, 100, 0, 1000);

        estimate.Values["pGlobalUpper"].ShouldBe(1 - Math.Pow(0.01, 0.01), 1e-12);
        estimate.Entropy!.Value.ShouldBe(-Math.Log2(1 - Math.Pow(0.01, 0.01)), 1e-12);
    }

    [Fact]
    public void Of_AlwaysRight_HasNoEntropy() => Prediction.Of(1000, 1000, 1000, 2).Entropy.ShouldBe(0);

    [Fact]
    public void Of_LongRun_CountsMoreThanTheShare()
    {
        Estimate scattered = Prediction.Of(5000, 10_000, 12, 2);
        Estimate run = Prediction.Of(5000, 10_000, 200, 2);

        scattered.Values.Keys.ShouldNotContain("pLocal");
        run.Values["pLocal"].ShouldBeGreaterThan(0.9);
        run.Entropy!.Value.ShouldBeLessThan(scattered.Entropy!.Value);
    }

    [Fact]
    public void Of_MoreValuesThanAreGuessed_IsNotBelowAPlainGuess() => Prediction.Of(0, 1_000_000, 0, 4).Entropy!.Value.ShouldBe(2);
}
