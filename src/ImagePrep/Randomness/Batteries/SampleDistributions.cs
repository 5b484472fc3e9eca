using System.Collections.Immutable;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.Batteries;

/// <summary>Exact distributions of the statistics of the four tests for independent fair bits. Each is computed when it is first asked for, and once.</summary>
internal sealed class SampleDistributions
{
    private const int PokerDegreesOfFreedom = 15;

    private readonly int _bytes;
    private readonly Lazy<CountDistribution[]> _runs;
    private SumOfSquares? _squares;
    private long _largestSquares;

    /// <param name="bytes">Length of the sample; 1 to <see cref="ExactLimits.MaxBytes"/>.</param>
    public SampleDistributions(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, ExactLimits.MaxBytes);
        _bytes = bytes;
        _runs = new Lazy<CountDistribution[]>(ComputeRuns);
    }

    private int Bits => 8 * _bytes;

    private int Nibbles => 2 * _bytes;

    /// <summary>The narrowest bounds outside of which lies at most <paramref name="alpha"/>, half of it on either side where there are two sides.</summary>
    public BatteryLimits Limits(double alpha, string id, string name)
    {
        double tail = alpha / 2;
        return new BatteryLimits(id, name, _bytes, Ones(tail), Squares(tail), [.. _runs.Value.Select(distribution => Range(distribution, tail))], LongRun(alpha));
    }

    public RejectionProbabilities Rejections(BatteryLimits limits) => new(
        new Tails(OnesAbove(Bits - limits.Ones.Low), OnesAbove(limits.Ones.High)),
        SquaresOutside(limits.SumOfSquares),
        [.. _runs.Value.Zip(limits.Runs, (distribution, bounds) => new Tails(distribution.Below(bounds.Low), distribution.Above(bounds.High)))],
        RunCounts.AnyOfAtLeast(Bits, limits.LongRunFailsAt));

    private static Bounds Range(CountDistribution distribution, double tail)
    {
        (long low, long high) = distribution.Range(tail);
        return new Bounds(low, high);
    }

    /// <summary>P(more ones than that), which is also P(more zeros than that).</summary>
    private double OnesAbove(long ones) => Binomial.UpperTail(Bits, 0.5, ones + 1);

    /// <summary>Bounds of the number of ones with at most <paramref name="tail"/> on either side.</summary>
    public Bounds Ones(double tail)
    {
        long high = Binomial.AlarmAt(Bits, 0.5, tail) - 1;
        return new Bounds(Bits - high, high);
    }

    private int LongRun(double alpha)
    {
        int length = 1;
        while (RunCounts.AnyOfAtLeast(Bits, length) > alpha)
        {
            length++;
        }

        return length;
    }

    private CountDistribution[] ComputeRuns()
    {
        CountDistribution[] distributions = new CountDistribution[RunsTest.Lengths];
        Parallel.For(1, RunsTest.Lengths + 1, length => distributions[length - 1] = RunCounts.OfLength(Bits, length, orLonger: length == RunsTest.Lengths));
        return distributions;
    }

    private Tails SquaresOutside(Bounds bounds)
    {
        long high = Math.Min(bounds.High, MostSquares());
        SumOfSquares squares = SquaresUpTo(high);
        return new Tails(squares.AtMost(bounds.Low - 1), squares.Above(high));
    }

    /// <summary>Bounds of the sum of squared nibble counts with at most <paramref name="tail"/> on either side.</summary>
    public Bounds Squares(double tail)
    {
        // The statistic X = 16/n · S − n is nearly chi-square: a first guess at how far the exact distribution is needed, made longer where it was too short.
        double x = PokerDegreesOfFreedom;
        while (SpecialFunctions.GammaQ(PokerDegreesOfFreedom / 2.0, x / 2) > tail / 4)
        {
            x++;
        }

        long most = MostSquares();
        long largest = SquaresAt(x);
        while (largest < most && SquaresUpTo(largest).Above(largest) > tail)
        {
            x *= 1.25;
            largest = SquaresAt(x);
        }

        SumOfSquares squares = SquaresUpTo(largest);
        return new Bounds(First(sum => squares.AtMost(sum) > tail, largest), First(sum => squares.Above(sum) <= tail, largest));
    }

    private long MostSquares() => (long)Nibbles * Nibbles;

    private long SquaresAt(double x) => Math.Min((long)Math.Ceiling((x + Nibbles) * Nibbles / 16), MostSquares());

    private SumOfSquares SquaresUpTo(long largest)
    {
        if (_squares is null || largest > _largestSquares)
        {
            _squares = new SumOfSquares(Nibbles, largest);
            _largestSquares = largest;
        }

        return _squares;
    }

    /// <summary>The first number, up to the last, for which something holds that goes on holding.</summary>
    private static long First(Func<long, bool> holds, long last)
    {
        long low = 0;
        long high = last;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (holds(middle))
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
