using System.Collections.Immutable;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>The ten estimators in the order of their clauses, and running them.</summary>
internal static class EstimatorSet
{
    public static readonly ImmutableArray<(string Id, string Name, string Clause)> All =
    [
        ("mostCommonValue", "Most common value", "6.3.1"),
        ("collision", "Collision", "6.3.2"),
        ("markov", "Markov", "6.3.3"),
        ("compression", "Compression", "6.3.4"),
        ("tTuple", "t-tuple", "6.3.5"),
        ("longestRepeatedSubstring", "Longest repeated substring", "6.3.6"),
        ("multiMcw", "MultiMCW prediction", "6.3.7"),
        ("lag", "Lag prediction", "6.3.8"),
        ("multiMmc", "MultiMMC prediction", "6.3.9"),
        ("lz78y", "LZ78Y prediction", "6.3.10"),
    ];

    /// <summary>Work that can be done beside other work, the longest first, so that all cores end together.</summary>
    private static readonly ImmutableArray<Job> Jobs =
    [
        new(IsForBitsOnly: false, (samples, _, results) => (results[4], results[5]) = Tuples.Run(samples)),
        new(IsForBitsOnly: false, (samples, alphabet, results) => results[8] = MultiMarkov.Run(samples, alphabet)),
        new(IsForBitsOnly: false, (samples, alphabet, results) => results[9] = Lz78Y.Run(samples, alphabet)),
        new(IsForBitsOnly: false, (samples, alphabet, results) => results[7] = Lag.Run(samples, alphabet)),
        new(IsForBitsOnly: false, (samples, alphabet, results) => results[6] = MultiMostCommonInWindow.Run(samples, alphabet)),
        new(IsForBitsOnly: true, (bits, _, results) => results[3] = Compression.Run(bits)),
        new(IsForBitsOnly: true, (bits, _, results) => results[1] = Collision.Run(bits)),
        new(IsForBitsOnly: true, (bits, _, results) => results[2] = Markov.Run(bits)),
        new(IsForBitsOnly: false, (samples, alphabet, results) => results[0] = MostCommonValue.Run(samples, alphabet)),
    ];

    /// <summary>Runs all estimators that apply on several rows of samples, on all cores.</summary>
    /// <param name="rows">Samples one a byte, numbered from 0, and how many values they have; an empty row gives no estimates.</param>
    /// <param name="cancellation">Looked at between estimators.</param>
    /// <returns>For each row one estimate for each of <see cref="All"/>; null where it does not apply.</returns>
    public static ImmutableArray<Estimate?[]> Run(IReadOnlyList<(byte[] Samples, int Alphabet)> rows, CancellationToken cancellation)
    {
        ImmutableArray<Estimate?[]> results = [.. rows.Select(_ => new Estimate?[All.Length])];
        Action[] work =
        [
            .. from job in Jobs
               from row in Enumerable.Range(0, rows.Count).OrderByDescending(row => rows[row].Samples.Length)
               let samples = rows[row].Samples
               let alphabet = rows[row].Alphabet
               where samples.Length > 0 && job.AppliesTo(alphabet)
               select (Action)(() => job.Run(samples, alphabet, results[row])),
        ];
        int next = -1;
        Parallel.For(0, Math.Min(Environment.ProcessorCount, work.Length), _ =>
        {
            for (int i = Interlocked.Increment(ref next); i < work.Length && !cancellation.IsCancellationRequested; i = Interlocked.Increment(ref next))
            {
                work[i]();
            }
        });
        cancellation.ThrowIfCancellationRequested();
        return results;
    }

    /// <summary>The least of some estimates, or <paramref name="most"/> if none is less.</summary>
    public static double Minimum(IEnumerable<Estimate?> estimates, double most) =>
        estimates.Aggregate(most, (least, estimate) => Math.Min(least, estimate?.Entropy ?? most));

    private delegate void Work(ReadOnlySpan<byte> samples, int alphabet, Estimate?[] results);

    private sealed record Job(bool IsForBitsOnly, Work Run)
    {
        /// <summary>A single value is a sure guess: the first estimator says so, and most others are not defined for it.</summary>
        public bool AppliesTo(int alphabet) => alphabet == 1 ? this == Jobs[^1] : alphabet == 2 || !IsForBitsOnly;
    }
}
