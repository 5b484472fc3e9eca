namespace ImagePrep.Randomness.Statistics;

/// <summary>
/// Exact distribution of the sum of the squared counts of sixteen equally likely values, as the poker test needs it: a multinomial.
/// </summary>
/// <remarks>
/// <para>
/// Sixteen independent Poisson counts with one mean are that multinomial once their sum is given. Each count is m + d with m the whole part of the mean,
/// so the sum of squares is a constant plus Q = Σd², and Σd is known. Eight counts are followed through the pairs (Σd, Σd²); two such halves whose Σd add
/// up make the whole. As Q is at most the limit, no half strays further than √(4 · limit) from its mean, and what the other half needs at least is subtracted:
/// nothing that could matter is left out.
/// </para>
/// <para>Σd² is odd exactly when Σd is, so rows are indexed by half of Σd².</para>
/// <para>
/// <see cref="AtMost"/> sums its own terms; <see cref="Above"/> is one minus that, so its rounding error is some 1e-13, which bounds how small a
/// tail can be asked for.
/// </para>
/// </remarks>
internal sealed class SumOfSquares
{
    private const int Cells = 16;
    private const int Half = Cells / 2;

    /// <summary>Rows that are made at once: what they are made from is then read once for all of them, and they stay in the cache of a core.</summary>
    private const int RowsAtOnce = 8;

    private readonly double[][] _rows;
    private readonly double[][] _sums;
    private readonly int _reach;
    private readonly int _remainder;
    private readonly long _constant;
    private readonly int _limit;
    private readonly double _given;

    /// <param name="values">How many values were counted.</param>
    /// <param name="largest">The largest sum of squares that will be asked for. Work grows with the square of its distance from the mean.</param>
    public SumOfSquares(int values, long largest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values, 1);
        int middle = values / Cells;
        _remainder = values - (Cells * middle);
        _constant = ((long)Cells * middle * middle) + (2L * middle * _remainder);
        _limit = checked((int)Math.Max(Math.Min(largest, (long)values * values) - _constant, 0));
        _reach = (int)Math.Sqrt(4.0 * _limit) + _remainder + 1;
        _given = PoissonAtItsMean(values);
        _rows = HalfOfTheCells(values, middle);
        _sums = [.. _rows.Select(RunningSum)];
    }

    /// <summary>P(sum of squares ≤ <paramref name="sum"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than the largest sum that was announced.</exception>
    public double AtMost(long sum)
    {
        long wanted = sum - _constant;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wanted, _limit, nameof(sum));
        if (wanted < 0)
        {
            return 0;
        }

        double total = 0;
        for (int sumOfHalf = -_reach; sumOfHalf <= _reach; sumOfHalf++)
        {
            int other = _remainder - sumOfHalf;
            if (Math.Abs(other) > _reach)
            {
                continue;
            }

            total += SumOfPairs(wanted - (sumOfHalf & 1) - (other & 1), _rows[sumOfHalf + _reach], _sums[other + _reach]);
        }

        return total / _given;
    }

    /// <summary>P(sum of squares &gt; <paramref name="sum"/>).</summary>
    public double Above(long sum) => Math.Max(0, 1 - AtMost(sum));

    /// <summary>Sum over all pairs of a row's and the other row's entries whose indices, doubled, add up to at most <paramref name="wanted"/>.</summary>
    private static double SumOfPairs(long wanted, double[] row, double[] otherSums)
    {
        double total = 0;
        for (int i = 0; i < row.Length && otherSums.Length > 0 && 2 * i <= wanted; i++)
        {
            total += row[i] * otherSums[Math.Min((wanted / 2) - i, otherSums.Length - 1)];
        }

        return total;
    }

    private static double[] RunningSum(double[] values)
    {
        double sum = 0;
        return [.. values.Select(value => sum += value)];
    }

    /// <summary>P(a Poisson count equals its own mean n): the chance that sixteen Poisson counts add up to the number of values.</summary>
    private static double PoissonAtItsMean(int n)
    {
        if (n < 100)
        {
            double product = Math.Exp(-n);
            for (int i = 1; i <= n; i++)
            {
                product *= n / (double)i;
            }

            return product;
        }

        // Stirling's series; the first term left out is below 1e-17 from 100 on.
        double x = n;
        return Math.Exp(-((1 / (12 * x)) - (1 / (360 * x * x * x)) + (1 / (1260 * Math.Pow(x, 5))))) / Math.Sqrt(2 * Math.PI * x);
    }

    private double[][] HalfOfTheCells(int values, int middle)
    {
        double[] cell = OneCell(values / (double)Cells, middle, out int lowest);
        double[][] rows = EmptyRows(0);
        rows[_reach] = [1];
        for (int cells = 1; cells <= Half; cells++)
        {
            double[][] before = rows;
            double[][] after = EmptyRows(cells);
            Parallel.For(0, (after.Length + RowsAtOnce - 1) / RowsAtOnce, block =>
            {
                int first = block * RowsAtOnce;
                for (int from = 0; from < before.Length; from++)
                {
                    for (int to = first; to < Math.Min(first + RowsAtOnce, after.Length); to++)
                    {
                        AddCell(after[to], before[from], from - _reach, to - from, cells, cell, lowest);
                    }
                }
            });
            rows = after;
        }

        return rows;
    }

    /// <summary>Poisson probabilities of the deviations d = lowest, lowest + 1, … as far as d² is within the limit.</summary>
    private double[] OneCell(double mean, int middle, out int lowest)
    {
        int reach = (int)Math.Sqrt(_limit);
        lowest = -Math.Min(middle, reach);
        double probability = Math.Exp(-mean);
        for (int count = 1; count <= middle + lowest; count++)
        {
            probability *= mean / count;
        }

        double[] cell = new double[reach - lowest + 1];
        for (int i = 0; i < cell.Length; i++)
        {
            cell[i] = probability;
            probability *= mean / (middle + lowest + i + 1);
        }

        return cell;
    }

    /// <summary>Rows for every Σd of so many cells, long enough for the Σd² that leave the other cells what they need at least.</summary>
    private double[][] EmptyRows(int cells)
    {
        double[][] rows = new double[(2 * _reach) + 1][];
        for (int sum = -_reach; sum <= _reach; sum++)
        {
            long others = _remainder - sum;
            long left = _limit - (others * others / (Cells - cells));
            left = cells == 1 ? Math.Min(left, (long)sum * sum) : left;
            bool possible = left >= 0 && (cells > 0 || sum == 0) && (cells == 0 || (long)sum * sum / cells <= left);
            rows[sum + _reach] = possible ? new double[(left / 2) + 1] : [];
        }

        return rows;
    }

    /// <summary>Adds to a row what one more cell with the deviation <paramref name="d"/> makes of the row of <paramref name="sum"/>.</summary>
    private static void AddCell(double[] destination, double[] source, int sum, int d, int cells, double[] cell, int lowest)
    {
        if (d < lowest || d >= lowest + cell.Length || destination.Length == 0)
        {
            return;
        }

        // Half of (odd + odd) is one more than the halves of both. The cells so far have a Σd² of at least (Σd)² / cells: nothing comes before.
        int shift = ((d * d) + (sum & d & 1)) / 2;
        int skip = cells > 1 ? (int)((long)sum * sum / (cells - 1) / 2) : 0;
        int length = Math.Min(source.Length, destination.Length - shift) - skip;
        if (length > 0)
        {
            VectorSums.AddScaled(destination.AsSpan(shift + skip), source.AsSpan(skip, length), cell[d - lowest]);
        }
    }
}
