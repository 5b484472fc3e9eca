namespace ImagePrep.Randomness.Batteries;

/// <summary>Options of a run. What is not given has the battery's own default.</summary>
/// <param name="Blocks">Stop after this many blocks (sequences); from 1.</param>
/// <param name="Alpha">How often an ideal sample may fail each bound; <see cref="ExactLimits.MinAlpha"/> to <see cref="ExactLimits.MaxAlpha"/>.</param>
/// <param name="SequenceBits">Length of a sequence in bits.</param>
public sealed record BatteryOptions(long? Blocks = null, double? Alpha = null, int? SequenceBits = null);
