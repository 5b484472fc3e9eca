using System.Collections.Immutable;

namespace ImagePrep.Randomness.Assessment;

/// <summary>The assessment of a noise source by SP 800-90B, without the assumption that its samples are independent and alike.</summary>
/// <param name="Samples">How many were assessed.</param>
/// <param name="Sufficient">Whether they are as many as SP 800-90B asks for: 1,000,000.</param>
/// <param name="BitsPerSymbol">Bits of a sample, declared or found.</param>
/// <param name="BitsInUse">Bits that the widest sample needs.</param>
/// <param name="Alphabet">Different values that occur.</param>
/// <param name="Estimators">The estimators of §6.3 with their intermediate values.</param>
/// <param name="OriginalEntropy">H_original: the least estimate over the samples, bits per sample.</param>
/// <param name="InitialEntropy">H_I: the least of H_original, bits per symbol times H_bitstring, and the claim (§3.1.3), bits per sample.</param>
/// <param name="AssessedEntropy">What may be claimed, bits of min-entropy per sample: H_I, lowered to the entropy of rows and columns; 0 if the restart tests failed.</param>
/// <param name="HealthTests">Cutoffs that follow from the assessed entropy; none if that is 0.</param>
/// <param name="BitstringEntropy">H_bitstring: the least estimate over their bits, per bit; absent where samples have two values.</param>
/// <param name="ClaimedEntropy">H_submitter: what the designer claims, bits per sample; absent without a claim.</param>
/// <param name="Restart">The restart tests (§3.1.4); absent without a restart matrix.</param>
public sealed record EntropyAssessment(
    int Samples,
    bool Sufficient,
    int BitsPerSymbol,
    int BitsInUse,
    int Alphabet,
    ImmutableArray<EstimatorResult> Estimators,
    double OriginalEntropy,
    double InitialEntropy,
    double AssessedEntropy,
    ImmutableArray<HealthCutoffs> HealthTests,
    double? BitstringEntropy = null,
    double? ClaimedEntropy = null,
    RestartResult? Restart = null)
{
    /// <summary>Some entropy was found in enough samples, and the restart tests, if there was a matrix, passed.</summary>
    public bool Passed => Sufficient && AssessedEntropy > 0;
}
