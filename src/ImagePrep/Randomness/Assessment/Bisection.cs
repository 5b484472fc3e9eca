namespace ImagePrep.Randomness.Assessment;

/// <summary>Roots of monotonic functions, to the last bit of a double.</summary>
internal static class Bisection
{
    /// <summary>The place between two where a function falls below a value.</summary>
    /// <param name="isAbove">Whether the function is still above the value.</param>
    /// <param name="low">Where it is above.</param>
    /// <param name="high">Where it is not, or the end of its domain.</param>
    public static double Decreasing(Func<double, bool> isAbove, double low, double high)
    {
        while (true)
        {
            double middle = low + ((high - low) / 2);
            if (middle <= low || middle >= high)
            {
                return high;
            }

            if (isAbove(middle))
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }
    }
}
