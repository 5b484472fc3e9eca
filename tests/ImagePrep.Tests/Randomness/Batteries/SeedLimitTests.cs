using System.Numerics;
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

    [Fact]
    public void Poker_SumsAreTheExactMultinomialQuantiles()
    {
        // With every count at its mean of 64 the sum of squares is 65,536. Any other counts, 64 + d each with the d adding up to zero, have
        // 65,536 + Σd². So the distribution of Σd² given Σd = 0 is wanted.
        Func<int, double> atMost = SquaredDeviationsAtMost(4_000);
        int low = (int)Limits.SumOfSquares.Low - 65_536;
        int high = (int)Limits.SumOfSquares.High - 65_536;

        // Only even sums can occur.
        atMost(low - 1).ShouldBeLessThanOrEqualTo(Tail);
        atMost(low).ShouldBeGreaterThan(Tail);
        (1 - atMost(high)).ShouldBeLessThanOrEqualTo(Tail);
        (1 - atMost(high - 2)).ShouldBeGreaterThan(Tail);
    }

    /// <summary>
    /// P(Σd² ≤ q) for the counts of 1,024 nibbles. Sixteen independent Poisson counts with mean 64 are a multinomial once their sum is given;
    /// eight of them are followed through (Σd, Σd²), and two halves with opposite Σd make the whole.
    /// </summary>
    private static Func<int, double> SquaredDeviationsAtMost(int limit)
    {
        const int Cells = 8;
        const int Mean = 64;

        // If Σd² of all sixteen is at most q, then Σd of half of them is at most √(4q) from zero.
        int reach = (int)Math.Sqrt(4 * limit);
        double[][] half = NewTable(reach, limit);
        half[reach][0] = 1;
        for (int cell = 0; cell < Cells; cell++)
        {
            double[][] next = NewTable(reach, limit);
            double probability = Math.Exp(-Mean);
            for (int count = 0; (count - Mean) * (count - Mean) <= limit || count < Mean; probability *= Mean / (double)++count)
            {
                int d = count - Mean;
                for (int sum = Math.Max(-reach, -reach - d); sum <= Math.Min(reach, reach - d) && d * d <= limit; sum++)
                {
                    AddScaled(next[sum + d + reach].AsSpan(d * d), half[sum + reach], probability);
                }
            }

            half = next;
        }

        // P(Σ of sixteen Poisson counts = 1,024), by Stirling's series.
        double given = Math.Exp(-1 / (12.0 * 1024)) / Math.Sqrt(2 * Math.PI * 1024);
        double[][] halfAtMost = [.. half.Select(RunningSum)];
        return q => Enumerable.Range(-reach, (2 * reach) + 1)
            .Sum(sum => Enumerable.Range(0, q + 1).Sum(i => half[sum + reach][i] * halfAtMost[-sum + reach][q - i])) / given;
    }

    private static double[] RunningSum(double[] values)
    {
        double sum = 0;
        return [.. values.Select(value => sum += value)];
    }

    private static double[][] NewTable(int reach, int limit) => [.. Enumerable.Range(0, (2 * reach) + 1).Select(_ => new double[limit + 1])];

    private static void AddScaled(Span<double> destination, ReadOnlySpan<double> source, double factor)
    {
        if (factor == 0)
        {
            return;
        }

        Vector<double> factors = new(factor);
        int i = 0;
        for (; i + Vector<double>.Count <= destination.Length; i += Vector<double>.Count)
        {
            (new Vector<double>(destination[i..]) + (factors * new Vector<double>(source[i..]))).CopyTo(destination[i..]);
        }

        for (; i < destination.Length; i++)
        {
            destination[i] += factor * source[i];
        }
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
