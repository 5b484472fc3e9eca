using System.Collections.Immutable;

namespace ImagePrep.Randomness.Assessment;

/// <summary>What the restart tests of SP 800-90B §3.1.4 found: whether a source is as unpredictable over its restarts as it is in one run.</summary>
/// <param name="MostCommonCount">How often the most common value of a restart, or of a place in all restarts, comes among its 1,000 samples: the highest of all.</param>
/// <param name="Cutoff">The highest count that passes the sanity check (§3.1.4.3).</param>
/// <param name="SanityPassed">Without it nothing more is computed, and no entropy may be claimed.</param>
/// <param name="Passed">Sanity check passed, and both entropies at least half of the initial estimate (§3.1.4.2).</param>
/// <param name="Estimates">Estimates of the rows and of the columns.</param>
/// <param name="RowEntropy">Least estimate over the samples restart by restart, bits per sample.</param>
/// <param name="ColumnEntropy">Least estimate over the first samples of all restarts, then the second ones, and so on.</param>
public sealed record RestartResult(
    int MostCommonCount,
    int Cutoff,
    bool SanityPassed,
    bool Passed,
    ImmutableArray<RestartEstimate> Estimates,
    double? RowEntropy = null,
    double? ColumnEntropy = null);

/// <summary>One estimator of SP 800-90B §6.3 on a restart matrix.</summary>
/// <param name="Id">Short name.</param>
/// <param name="Rows">Restart by restart; absent where it does not apply.</param>
/// <param name="Columns">Place by place; absent where it does not apply.</param>
public sealed record RestartEstimate(string Id, Estimate? Rows = null, Estimate? Columns = null);
