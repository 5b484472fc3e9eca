namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>Most common value estimate (SP 800-90B §6.3.1): how often the best constant guess is right.</summary>
internal static class MostCommonValue
{
    public static Estimate Run(ReadOnlySpan<byte> samples, int alphabet)
    {
        if (samples.Length < 2)
        {
            return Estimate.None("needs 2 samples");
        }

        int[] counts = new int[alphabet];
        foreach (byte sample in samples)
        {
            counts[sample]++;
        }

        int mode = counts.Max();
        double share = mode / (double)samples.Length;
        double upper = Confidence.Upper(share, samples.Length);
        return Estimate.Of(Confidence.Bits(upper), ("mode", mode), ("pHat", share), ("pUpper", upper));
    }
}
