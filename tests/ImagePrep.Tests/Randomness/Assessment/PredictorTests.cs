using ImagePrep.Randomness.Assessment;
using ImagePrep.Randomness.Assessment.Estimators;

namespace ImagePrep.Tests.Randomness.Assessment;

/// <summary>The predictors against their clauses written down step by step, on data of many shapes.</summary>
public sealed class PredictorTests
{
    /// <summary>Values, samples, and how much of what was before is repeated.</summary>
    public static TheoryData<int, int, double> Shapes => new()
    {
        { 2, 60, 0 },
        { 2, 3000, 0 },
        { 2, 3000, 0.7 },
        { 2, 3000, 0.98 },
        { 3, 2000, 0.5 },
        { 4, 3000, 0 },
        { 17, 3000, 0.9 },
        { 256, 4000, 0 },
        { 256, 4000, 0.95 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Lag_AnyData_ScoresAsTheClauseSays(int alphabet, int count, double repeated)
    {
        byte[] samples = Make(alphabet, count, repeated);
        Check(Lag.Run(samples, alphabet), PlainPredictors.Lag(samples, Lag.UsualLags));
        Check(Lag.Run(samples, alphabet, 3), PlainPredictors.Lag(samples, 3));
    }

    [Fact]
    public void Lag_MoreThanABlock_ScoresAsTheClauseSays()
    {
        // A distance that is right from the middle on overtakes in a later block.
        byte[] samples = Make(4, 60_000, 0);
        for (int i = 30_000; i < samples.Length; i++)
        {
            samples[i] = i % 5 == 0 ? samples[i] : samples[i - 71];
        }

        Check(Lag.Run(samples, 4), PlainPredictors.Lag(samples, Lag.UsualLags));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MultiMcw_AnyData_ScoresAsTheClauseSays(int alphabet, int count, double repeated)
    {
        byte[] samples = Make(alphabet, count, repeated);
        int[] windows = [7, 15, 40, 50];
        Check(MultiMostCommonInWindow.Run(samples, alphabet, windows), PlainPredictors.MultiMcw(samples, windows));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MultiMmc_AnyData_ScoresAsTheClauseSays(int alphabet, int count, double repeated)
    {
        byte[] samples = Make(alphabet, count, repeated);
        Check(MultiMarkov.Run(samples, alphabet), PlainPredictors.MultiMmc(samples, 16));
        Check(MultiMarkov.Run(samples, alphabet, 16), PlainPredictors.MultiMmc(samples, 16));
        Check(MultiMarkov.Run(samples, alphabet, 3), PlainPredictors.MultiMmc(samples, 3));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Lz78Y_AnyData_ScoresAsTheClauseSays(int alphabet, int count, double repeated)
    {
        byte[] samples = Make(alphabet, count, repeated);
        Check(Lz78Y.Run(samples, alphabet), PlainPredictors.Lz78Y(samples, 16));
        Check(Lz78Y.Run(samples, alphabet, 16), PlainPredictors.Lz78Y(samples, 16));
        Check(Lz78Y.Run(samples, alphabet, 4), PlainPredictors.Lz78Y(samples, 4));
    }

    [Fact(Explicit = true)]
    public void FullDictionaries_ScoreAsTheClausesSay()
    {
        // More pairs than 100,000 for most orders, more contexts than 65,536.
        byte[] samples = Make(256, 140_000, 0.2);
        Check(MultiMarkov.Run(samples, 256), PlainPredictors.MultiMmc(samples, 16));
        Check(Lz78Y.Run(samples, 256), PlainPredictors.Lz78Y(samples, 16));
        byte[] bits = Make(2, 250_000, 0);
        Check(MultiMarkov.Run(bits, 2), PlainPredictors.MultiMmc(bits, 16));
        Check(Lz78Y.Run(bits, 2), PlainPredictors.Lz78Y(bits, 16));
    }

    private static void Check(Estimate estimate, PlainPredictors.Score score)
    {
        estimate.Values["correct"].ShouldBe(score.Correct);
        estimate.Values["predictions"].ShouldBe(score.Predictions);
        estimate.Values["run"].ShouldBe(score.Longest + 1);
    }

    private static byte[] Make(int alphabet, int count, double repeated)
    {
        Random random = new((alphabet * 1000) + count);
        byte[] samples = new byte[count];
        int distance = 1;
        for (int i = 0; i < count; i++)
        {
            distance = random.Next(30) == 0 ? random.Next(1, 150) : distance;
            samples[i] = i >= distance && random.NextDouble() < repeated ? samples[i - distance] : (byte)random.Next(alphabet);
        }

        return samples;
    }
}
