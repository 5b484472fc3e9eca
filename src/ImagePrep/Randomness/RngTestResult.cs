using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Randomness;

/// <summary>What <see cref="RngTest"/> found: as rng-tools' <c>rngtest</c> counts it.</summary>
/// <param name="Blocks">Whole blocks that were tested.</param>
/// <param name="FailedBlocks">Blocks that failed at least one test.</param>
/// <param name="Failures">Failed blocks by test; a block that fails several counts in each.</param>
/// <param name="Battery">Id of the limits: "fips140-1", "fips140-2" or "fips140-2-cn1".</param>
public sealed record RngTestResult(long Blocks, long FailedBlocks, RngTestFailures Failures, string Battery = BatteryLimits.DefaultId) : IBatteryResult
{
    /// <summary>At least one block, and none that failed. Too little data for one block is not a pass.</summary>
    public bool Passed => Blocks > 0 && FailedBlocks == 0;

    /// <summary>The blocks that failed each test: none may.</summary>
    public IReadOnlyList<TestOutcome> Outcomes()
    {
        BatteryLimits limits = BatteryLimits.ForStream(Battery);
        string clause = limits.Clause;
        return
        [
            Outcome("monobit", clause, Failures.Monobit),
            Outcome("poker", clause, Failures.Poker),
            Outcome("runs", clause, Failures.Runs),
            Outcome("long run", clause, Failures.LongRun),
            Outcome("continuous run", limits.ContinuousClause, Failures.Continuous),
        ];
    }

    private TestOutcome Outcome(string test, string clause, long failed) =>
        new(test, clause, "failed blocks", failed, Blocks > 0 && failed == 0, High: 0);
}

/// <summary>Failed blocks by test.</summary>
public sealed record RngTestFailures(long Monobit, long Poker, long Runs, long LongRun, long Continuous);

/// <summary>Adds up the verdicts of blocks.</summary>
internal struct RngTestTally
{
    private long _blocks, _failed, _monobit, _poker, _runs, _longRun, _continuous;

    public void Add(BlockTests failures)
    {
        _blocks++;
        if (failures == BlockTests.None)
        {
            return;
        }

        _failed++;
        _monobit += failures.HasFlag(BlockTests.Monobit) ? 1 : 0;
        _poker += failures.HasFlag(BlockTests.Poker) ? 1 : 0;
        _runs += failures.HasFlag(BlockTests.Runs) ? 1 : 0;
        _longRun += failures.HasFlag(BlockTests.LongRun) ? 1 : 0;
        _continuous += failures.HasFlag(BlockTests.Continuous) ? 1 : 0;
    }

    public void Add(in RngTestTally other)
    {
        _blocks += other._blocks;
        _failed += other._failed;
        _monobit += other._monobit;
        _poker += other._poker;
        _runs += other._runs;
        _longRun += other._longRun;
        _continuous += other._continuous;
    }

    public readonly RngTestResult ToResult(BatteryLimits limits) =>
        new(_blocks, _failed, new RngTestFailures(_monobit, _poker, _runs, _longRun, _continuous), limits.Id);
}
