using System.Collections.Immutable;
using ImagePrep.Randomness.Assessment.Estimators;

namespace ImagePrep.Randomness.Assessment;

/// <summary>
/// Assesses the min-entropy of a noise source as SP 800-90B §3.1.3 to §3.1.5 says for sources that are not IID; the values are those of NIST's programs
/// <c>ea_non_iid</c> and <c>ea_restart</c>.
/// </summary>
/// <remarks>
/// It is for raw samples of the noise source. The output of a generator assesses well whatever its seed is: no statistic sees that a seed was known.
/// </remarks>
public static class EntropyAssessor
{
    private static readonly ImmutableArray<int> AlphaExponents = [20, 30, 40];

    /// <param name="samples">Samples in the order they were taken.</param>
    /// <param name="restarts">Restart matrix; null without one.</param>
    /// <param name="claimedEntropy">H_submitter, bits per sample; null without a claim.</param>
    /// <param name="cancellation">Looked at between estimators.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static EntropyAssessment Assess(
        NoiseSamples samples, NoiseSamples? restarts = null, double? claimedEntropy = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ImmutableArray<Estimate?[]> estimates = EstimatorSet.Run([(samples.Symbols, samples.Alphabet), (samples.Bits, 2)], cancellation);
        double original = EstimatorSet.Minimum(estimates[0], samples.BitsPerSymbol);
        double? bitstring = samples.Bits.Length > 0 ? EstimatorSet.Minimum(estimates[1], 1) : null;
        double initial = Math.Min(Math.Min(original, samples.BitsPerSymbol * (bitstring ?? 1)), claimedEntropy ?? samples.BitsPerSymbol);
        RestartResult? restart = restarts is null ? null : RestartTests.Run(restarts, initial, cancellation);
        double assessed = restart is null ? initial
            : restart.Passed ? Math.Min(initial, Math.Min(restart.RowEntropy!.Value, restart.ColumnEntropy!.Value))
            : 0;
        return new EntropyAssessment(
            samples.Count,
            samples.Count >= NoiseSamples.RequiredSamples,
            samples.BitsPerSymbol,
            samples.BitsInUse,
            samples.Alphabet,
            [.. EstimatorSet.All.Select((estimator, i) => new EstimatorResult(estimator.Id, estimator.Name, estimator.Clause, estimates[0][i], estimates[1][i]))],
            original,
            initial,
            assessed,
            assessed > 0 ? [.. AlphaExponents.Select(exponent => HealthCutoffs.For(assessed, samples.Alphabet, exponent))] : [],
            bitstring,
            claimedEntropy,
            restart);
    }
}
