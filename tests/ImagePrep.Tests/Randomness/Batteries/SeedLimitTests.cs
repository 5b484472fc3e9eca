using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Tests.Randomness.Batteries;

/// <summary>The limits for 4,096 bits, computed again from the distributions: 5e-7 in each tail, as wide as that and no wider.</summary>
public sealed class SeedLimitTests
{
    private const int Bits = 4096;
    private const double Tail = 5e-7;

    private static readonly BatteryLimits Limits = BatteryLimits.Seed4096;

    [Fact]
    public void Ones_AreTheBinomialQuantiles()
    {
        Limits.Ones.High.ShouldBe(Binomial.AlarmAt(Bits, 0.5, Tail) - 1);
        Limits.Ones.Low.ShouldBe(Bits - Limits.Ones.High);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Runs_AreTheExactQuantilesOfTheCount(int length)
    {
        double[] distribution = RunCountDistribution(length);
        Bounds bounds = Limits.Runs[length - 1];

        Below(bounds.Low).ShouldBeLessThanOrEqualTo(Tail);
        Below(bounds.Low + 1).ShouldBeGreaterThan(Tail);
        Above(bounds.High).ShouldBeLessThanOrEqualTo(Tail);
        Above(bounds.High - 1).ShouldBeGreaterThan(Tail);

        double Below(long count) => distribution.Take((int)count).Sum();
        double Above(long count) => distribution.Skip((int)count + 1).Sum();
    }

    [Fact]
    public void LongRun_IsTheFirstLengthBelowOneInAMillion()
    {
        ProbabilityOfRun(Limits.LongRunFailsAt).ShouldBeLessThanOrEqualTo(1e-6);
        ProbabilityOfRun(Limits.LongRunFailsAt - 1).ShouldBeGreaterThan(1e-6);
    }

    [Fact]
    public void Poker_SumsAndTheStatisticAgree()
    {
        new PokerResult(Limits.SumOfSquares.Low, 1024, Limits.SumOfSquares).X.ShouldBe(1.09375);
        new PokerResult(Limits.SumOfSquares.High, 1024, Limits.SumOfSquares).X.ShouldBe(58.8125);
    }

    /// <summary>P(number of runs of ones with this length = k), by following every (current run, count) through the bits. Length 6 means 6 or more.</summary>
    private static double[] RunCountDistribution(int length)
    {
        const int Counts = 700;
        int longest = length == 6 ? 6 : length + 1;

        // state 0: last bit is zero; state s: the current run of ones has s bits (the last state: that many or more).
        double[][] now = NewStates();
        now[0][0] = 1;
        for (int bit = 0; bit < Bits; bit++)
        {
            double[][] next = NewStates();
            for (int state = 0; state <= longest; state++)
            {
                bool ends = state > 0 && Counted(state);
                for (int count = 0; count < Counts; count++)
                {
                    double half = now[state][count] / 2;
                    if (half > 0)
                    {
                        next[Math.Min(state + 1, longest)][count] += half;
                        next[0][Math.Min(count + (ends ? 1 : 0), Counts - 1)] += half;
                    }
                }
            }

            now = next;
        }

        double[] result = new double[Counts];
        for (int state = 0; state <= longest; state++)
        {
            for (int count = 0; count < Counts; count++)
            {
                result[Math.Min(count + (state > 0 && Counted(state) ? 1 : 0), Counts - 1)] += now[state][count];
            }
        }

        result.Sum().ShouldBe(1, 1e-9);
        return result;

        bool Counted(int state) => length == 6 ? state == longest : state == length;

        double[][] NewStates() => [.. Enumerable.Range(0, longest + 1).Select(_ => new double[Counts])];
    }

    private static double ProbabilityOfRun(int length)
    {
        // States: length of the current run, of either symbol; the last one is "a run of that length was seen".
        double[] now = new double[length + 1];
        now[1] = 1;
        for (int bit = 1; bit < Bits; bit++)
        {
            double[] next = new double[length + 1];
            next[length] = now[length];
            for (int run = 1; run < length; run++)
            {
                next[1] += now[run] / 2;
                next[run + 1] += now[run] / 2;
            }

            now = next;
        }

        return now[length];
    }
}
