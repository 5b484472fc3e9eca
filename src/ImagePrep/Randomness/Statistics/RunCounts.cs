namespace ImagePrep.Randomness.Statistics;

/// <summary>Exact distributions of the runs among independent fair bits.</summary>
internal static class RunCounts
{
    /// <summary>
    /// Counts less likely than this are left out on the way. All of them together weigh less than 1e-50, which is nothing beside the rounding of
    /// doubles in the tails that limits are made of.
    /// </summary>
    private const double Negligible = 1e-60;

    /// <summary>Steps between two divisions by a power of two: in between, doubles hold 2^64 times the probability.</summary>
    private const int StepsPerScaling = 64;

    /// <summary>
    /// Number of runs of ones of a given length (of zeros: the same). Runs cut off by the ends of the sample count with what is inside.
    /// </summary>
    /// <param name="bits">Length of the sample.</param>
    /// <param name="length">Length of the runs that count.</param>
    /// <param name="orLonger">Whether longer ones count too.</param>
    public static CountDistribution OfLength(int bits, int length, bool orLonger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);

        // State 0: the last bit is zero, or there is none yet. State s: the current run of ones has s bits; the last state: that many or more.
        int last = orLonger ? length : length + 1;
        int counted = length;
        int counts = ((bits + 1) / (length + 1)) + 2;
        double[][] states = new double[last + 1][];
        for (int state = 0; state <= last; state++)
        {
            states[state] = new double[counts];
        }

        double[] spare = new double[counts];
        states[0][0] = 1;

        // All counts that still have any probability.
        int low = 0;
        int high = 0;
        for (int bit = 1; bit <= bits; bit++)
        {
            // A zero: the run ends, and is counted if it has the length.
            int reach = Math.Min(high + 1, counts - 1);
            spare.AsSpan(low, reach - low + 1).Clear();
            for (int state = 0; state <= last; state++)
            {
                int shift = state == counted ? 1 : 0;
                ReadOnlySpan<double> source = states[state].AsSpan(low, Math.Min(high, reach - shift) - low + 1);
                VectorSums.Add(spare.AsSpan(low + shift), source);
            }

            // A one: every state becomes the next; the last one keeps its own as well.
            VectorSums.Add(states[last].AsSpan(low), states[last - 1].AsSpan(low, high - low + 1));
            double[] freed = states[last - 1];
            Array.Copy(states, 0, states, 1, last - 1);
            states[0] = spare;
            spare = freed;
            high = reach;
            if (bit % StepsPerScaling == 0)
            {
                Scale(states, low, high, 1 / Math.Pow(2, StepsPerScaling));
                (low, high) = Shrink(states, spare, low, high);
            }
        }

        Scale(states, low, high, 1 / Math.Pow(2, bits % StepsPerScaling));
        double[] result = new double[counts + 1];
        for (int state = 0; state <= last; state++)
        {
            VectorSums.Add(result.AsSpan(state == counted ? 1 : 0), states[state]);
        }

        return new CountDistribution(result);
    }

    /// <summary>P(some run of ones or of zeros has <paramref name="length"/> bits or more), exactly.</summary>
    public static double AnyOfAtLeast(int bits, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        if (length <= 1)
        {
            return 1;
        }

        // reached[n]: such a run is there within n bits. The first such run is complete at bit n if bit n − length + 1 differs from the one before,
        // the length − 1 bits after it do not, and no run was there within n − length bits.
        double[] reached = new double[bits + 1];
        double whole = Math.Pow(2, -length);
        for (int n = length; n <= bits; n++)
        {
            reached[n] = n == length ? 2 * whole : reached[n - 1] + ((1 - reached[n - length]) * whole);
        }

        return reached[bits];
    }

    private static void Scale(double[][] states, int low, int high, double factor)
    {
        foreach (double[] state in states)
        {
            foreach (ref double value in state.AsSpan(low, high - low + 1))
            {
                value *= factor;
            }
        }
    }

    private static (int Low, int High) Shrink(double[][] states, double[] spare, int low, int high)
    {
        while (low < high && AllNegligible(states, low))
        {
            Clear(states, spare, low++);
        }

        while (high > low && AllNegligible(states, high))
        {
            Clear(states, spare, high--);
        }

        return (low, high);
    }

    private static bool AllNegligible(double[][] states, int count)
    {
        foreach (double[] state in states)
        {
            if (state[count] >= Negligible)
            {
                return false;
            }
        }

        return true;
    }

    private static void Clear(double[][] states, double[] spare, int count)
    {
        foreach (double[] state in states)
        {
            state[count] = 0;
        }

        spare[count] = 0;
    }
}
