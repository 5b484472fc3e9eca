using ImagePrep.Randomness.Assessment.Suffixes;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>
/// The t-tuple estimate (SP 800-90B §6.3.5) and the longest repeated substring estimate (§6.3.6): how often the most common tuples come, and how often tuples
/// that are too long for that collide. Both come from one count of repeats.
/// </summary>
internal static class Tuples
{
    /// <summary>The most common tuple of a length must come so often to be counted by the first estimate; longer ones are the second's.</summary>
    private const int UsualLeastOccurrences = 35;

    public static (Estimate Tuple, Estimate LongestRepeat) Run(ReadOnlySpan<byte> samples, int leastOccurrences = UsualLeastOccurrences)
    {
        if (samples.Length < 2)
        {
            Estimate none = Estimate.None("needs 2 samples");
            return (none, none);
        }

        RepeatCounts repeats = RepeatCounts.Of(samples);
        int next = 1;
        while (next <= repeats.Longest && repeats.Most[next] >= leastOccurrences)
        {
            next++;
        }

        return (OfTuples(samples.Length, repeats, next - 1, leastOccurrences), OfRepeats(samples.Length, repeats, next));
    }

    private static Estimate OfTuples(int count, RepeatCounts repeats, int longest, int leastOccurrences)
    {
        if (longest == 0)
        {
            return Estimate.None($"no value comes {leastOccurrences} times");
        }

        double most = 0;
        for (int length = 1; length <= longest; length++)
        {
            most = Math.Max(most, Math.Pow(repeats.Most[length] / (count - length + 1.0), 1.0 / length));
        }

        double upper = Confidence.Upper(most, count);
        return Estimate.Of(Confidence.Bits(upper), ("t", longest), ("pHat", most), ("pUpper", upper));
    }

    private static Estimate OfRepeats(int count, RepeatCounts repeats, int shortest)
    {
        if (shortest > repeats.Longest)
        {
            return Estimate.None("no longer tuple comes twice");
        }

        double most = 0;
        for (int length = shortest; length <= repeats.Longest; length++)
        {
            double places = count - length + 1.0;
            most = Math.Max(most, Math.Pow(repeats.Pairs[length] / (places * (places - 1) / 2), 1.0 / length));
        }

        double upper = Confidence.Upper(most, count);
        return Estimate.Of(Confidence.Bits(upper), ("u", shortest), ("v", repeats.Longest), ("pHat", most), ("pUpper", upper));
    }
}
