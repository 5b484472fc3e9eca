using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Randomness.Seeds;

/// <summary>A draw was discarded because it failed a test. It was never issued, and no statistic of it is kept.</summary>
/// <param name="NodeName">The node that the draw was for.</param>
/// <param name="FailedOnBlock">Tests of the 20,000-bit battery that failed.</param>
/// <param name="FailedOnSeed">Tests with 4,096-bit bounds that failed on the seed inside the block.</param>
public sealed record RedrawEvent(string NodeName, BlockTests FailedOnBlock, BlockTests FailedOnSeed);
