namespace ImagePrep.Randomness.Assessment;

/// <summary>One estimator of SP 800-90B §6.3 on the samples as they came and on their bits.</summary>
/// <param name="Id">Short name.</param>
/// <param name="Name">Name in SP 800-90B.</param>
/// <param name="Clause">Where it is defined.</param>
/// <param name="Original">On the samples; absent where it is for bits only and these have more than two values.</param>
/// <param name="Bitstring">On the bits of the samples, per bit; absent where the samples have two values and are bits themselves.</param>
public sealed record EstimatorResult(string Id, string Name, string Clause, Estimate? Original = null, Estimate? Bitstring = null);
