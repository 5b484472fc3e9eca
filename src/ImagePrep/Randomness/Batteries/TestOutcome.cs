namespace ImagePrep.Randomness.Batteries;

/// <summary>One verdict of a battery: a statistic against its bounds.</summary>
/// <param name="Test">The test, such as "poker".</param>
/// <param name="Clause">Where the test is defined.</param>
/// <param name="Statistic">What was counted or computed, such as "runs of zeros, length 2".</param>
/// <param name="Value">The statistic's value.</param>
/// <param name="Passed">Whether the value lies within the bounds.</param>
/// <param name="Low">The smallest value that passes; none when only large values fail.</param>
/// <param name="High">The largest value that passes; none when only small values fail.</param>
/// <param name="IdealRejection">Probability that an ideal source fails here; none where it is not known.</param>
public sealed record TestOutcome(
    string Test, string Clause, string Statistic, double Value, bool Passed, double? Low = null, double? High = null, double? IdealRejection = null);
