using ImagePrep.Randomness.Assessment;
using ImagePrep.Randomness.Assessment.Estimators;

namespace ImagePrep.Tests.Randomness.Assessment;

/// <summary>
/// The small examples of the clauses, worked again with 2.5758 where the standard rounds to 2.576, and the ends of what each estimator can be given.
/// </summary>
public sealed class EstimatorTests
{
    private static readonly byte[] Bits = Parse("1000111001010101110011000111001010101110");
    private static readonly byte[] LongerBits = [.. Bits, .. Parse("11100011")];
    private static readonly byte[] Ternary = Parse("220102012120121001000");

    [Fact]
    public void MostCommonValue_EightOfTwenty()
    {
        Estimate estimate = MostCommonValue.Run(Parse("01120122010110221021"), 3);

        estimate.Values["mode"].ShouldBe(8);
        estimate.Values["pHat"].ShouldBe(0.4);
        estimate.Values["pUpper"].ShouldBe(0.689498, 1e-6);
        estimate.Entropy!.Value.ShouldBe(0.5364, 1e-4);
    }

    [Fact]
    public void Collision_FortyBits()
    {
        Estimate estimate = Collision.Run(Bits);

        estimate.Values["collisions"].ShouldBe(14);
        estimate.Values["mean"].ShouldBe(2.714286, 1e-6);
        estimate.Values["deviation"].ShouldBe(0.468807, 1e-6);
        estimate.Values["meanLower"].ShouldBe(2.391550, 1e-6);
        estimate.Values["p"].ShouldBe(0.732863, 1e-6);
        estimate.Entropy!.Value.ShouldBe(0.448385, 1e-6);
    }

    [Fact]
    public void Markov_FortyBits()
    {
        Estimate estimate = Markov.Run(Bits);

        estimate.Values["p0"].ShouldBe(0.475);
        estimate.Values["p00"].ShouldBe(7 / 18.0, 1e-12);
        estimate.Values["p01"].ShouldBe(11 / 18.0, 1e-12);
        estimate.Values["p10"].ShouldBe(4 / 7.0, 1e-12);
        estimate.Values["p11"].ShouldBe(3 / 7.0, 1e-12);
        estimate.Entropy!.Value.ShouldBe(0.760636, 1e-6);
    }

    [Fact]
    public void Compression_EightBlocksAfterFour()
    {
        Estimate estimate = Compression.Run(LongerBits, dictionaryBlocks: 4);

        estimate.Values["mean"].ShouldBe(2.630400, 1e-6);
        estimate.Values["deviation"].ShouldBe(0.907377, 1e-6);
        estimate.Values["meanLower"].ShouldBe(1.461776, 1e-6);
        estimate.Values["p"].ShouldBe(0.571460, 1e-6);
        estimate.Entropy!.Value.ShouldBe(0.134546, 1e-6);
    }

    [Fact]
    public void Tuples_TwentyOneValuesThatComeThreeTimes()
    {
        (Estimate tuple, Estimate repeat) = Tuples.Run(Ternary, leastOccurrences: 3);

        tuple.Values["t"].ShouldBe(3);
        tuple.Values["pHat"].ShouldBe(0.540492, 1e-6);
        tuple.Values["pUpper"].ShouldBe(0.827532, 1e-6);
        tuple.Entropy!.Value.ShouldBe(0.273112, 1e-6);
        repeat.Values["u"].ShouldBe(4);
        repeat.Values["v"].ShouldBe(5);
        repeat.Values["pHat"].ShouldBe(0.374362, 1e-6);
        repeat.Entropy!.Value.ShouldBe(0.614604, 1e-6);
    }

    [Fact]
    public void Collision_MoreThanFullEntropy_IsFull()
    {
        // Alternating bits never collide in two: the mean of 3 is above the 2.5 of a fair coin.
        Estimate estimate = Collision.Run([.. Enumerable.Range(0, 3000).Select(i => (byte)(i & 1))]);

        estimate.Values["p"].ShouldBe(0.5);
        estimate.Entropy.ShouldBe(1);
    }

    [Fact]
    public void Markov_AlternatingBits_HaveAlmostNone() =>
        Markov.Run([.. Enumerable.Range(0, 3000).Select(i => (byte)(i & 1))]).Entropy!.Value.ShouldBe(1 / 128.0, 1e-9);

    [Fact]
    public void Estimators_OneValue_HaveNone()
    {
        byte[] zeros = new byte[20_000];
        MostCommonValue.Run(zeros, 1).Entropy.ShouldBe(0);
        Collision.Run(zeros).Entropy.ShouldBe(0);
        Markov.Run(zeros).Entropy.ShouldBe(0);
        Compression.Run(zeros).Entropy!.Value.ShouldBe(0, 1e-3);
        Tuples.Run(zeros).Tuple.Entropy.ShouldBe(0);
        Lag.Run(zeros, 2).Entropy.ShouldBe(0);
        MultiMostCommonInWindow.Run(zeros, 2).Entropy.ShouldBe(0);
        MultiMarkov.Run(zeros, 2).Entropy.ShouldBe(0);
        Lz78Y.Run(zeros, 2).Entropy.ShouldBe(0);
    }

    [Fact]
    public void Estimators_TooFewSamples_SayWhatTheyNeed()
    {
        for (int count = 0; count < 3; count++)
        {
            byte[] samples = Parse("010"[..count]);
            (Estimate tuple, Estimate repeat) = Tuples.Run(samples);
            foreach (Estimate estimate in (Estimate[])[tuple, repeat, Collision.Run(samples), Compression.Run(samples), Lag.Run(samples, 2), MultiMostCommonInWindow.Run(samples, 2), MultiMarkov.Run(samples, 2), MultiMarkov.Run(samples, 3), Lz78Y.Run(samples, 2), Lz78Y.Run(samples, 3)])
            {
                estimate.Entropy.ShouldBeNull();
                estimate.NotRun.ShouldNotBeNullOrEmpty();
            }
        }
    }

    private static byte[] Parse(string digits) => [.. digits.Select(digit => (byte)(digit - '0'))];
}
