using System.Collections.Immutable;
using ImagePrep.Randomness.Assessment.Estimators;

namespace ImagePrep.Randomness.Assessment;

/// <summary>The restart tests of SP 800-90B §3.1.4 on a matrix of 1,000 restarts of 1,000 samples.</summary>
internal static class RestartTests
{
    public const int Restarts = 1000;
    public const int SamplesPerRestart = 1000;
    public const int Samples = Restarts * SamplesPerRestart;

    /// <param name="matrix">Row after row.</param>
    /// <param name="initialEntropy">H_I, bits per sample.</param>
    /// <param name="cancellation">Looked at between estimators.</param>
    public static RestartResult Run(NoiseSamples matrix, double initialEntropy, CancellationToken cancellation)
    {
        byte[] rows = matrix.Symbols;
        byte[] columns = Transpose(rows);
        int count = Math.Max(HighestCount(rows), HighestCount(columns));
        int cutoff = RestartCutoff.For(initialEntropy);
        if (count > cutoff)
        {
            return new RestartResult(count, cutoff, SanityPassed: false, Passed: false, []);
        }

        ImmutableArray<Estimate?[]> estimates = EstimatorSet.Run([(rows, matrix.Alphabet), (columns, matrix.Alphabet)], cancellation);
        double rowEntropy = EstimatorSet.Minimum(estimates[0], matrix.BitsPerSymbol);
        double columnEntropy = EstimatorSet.Minimum(estimates[1], matrix.BitsPerSymbol);
        return new RestartResult(
            count,
            cutoff,
            SanityPassed: true,
            Passed: Math.Min(rowEntropy, columnEntropy) >= initialEntropy / 2,
            [.. EstimatorSet.All.Select((estimator, i) => new RestartEstimate(estimator.Id, estimates[0][i], estimates[1][i]))],
            rowEntropy,
            columnEntropy);
    }

    private static byte[] Transpose(byte[] rows)
    {
        byte[] columns = new byte[Samples];
        for (int i = 0; i < Samples; i++)
        {
            columns[((i % SamplesPerRestart) * Restarts) + (i / SamplesPerRestart)] = rows[i];
        }

        return columns;
    }

    private static int HighestCount(byte[] samples)
    {
        int highest = 0;
        int[] counts = new int[256];
        for (int start = 0; start < samples.Length; start += SamplesPerRestart)
        {
            Array.Clear(counts);
            foreach (byte sample in samples.AsSpan(start, SamplesPerRestart))
            {
                highest = Math.Max(highest, ++counts[sample]);
            }
        }

        return highest;
    }
}
