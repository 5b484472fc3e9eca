namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>What a test of SP 800-22 computes from one sequence.</summary>
/// <param name="Value">The statistic, in the terms of its clause.</param>
/// <param name="PValue">Chance that an ideal source gives a statistic at least as extreme.</param>
/// <param name="Applicable">Whether the clause's own condition for running the test holds. Where it does not, the P-value is 0, as the clause says.</param>
public readonly record struct TestStatistic(double Value, double PValue, bool Applicable = true);
