namespace ImagePrep.Randomness.Fleet;

/// <summary>
/// A test across the seeds of a batch: what no test of one seed can see. A record of every commitment ever issued joins as one more of these.
/// </summary>
public interface IFleetTest
{
    /// <summary>The test as reports name it.</summary>
    string Name { get; }

    /// <summary>What it finds, in a few words.</summary>
    string Finds { get; }

    /// <summary>At most how often a batch of so many ideal seeds raises this alarm.</summary>
    double FalseAlarmRate(int seeds);

    /// <summary>What is wrong, with node names but without any number taken from a seed; null when nothing is.</summary>
    string? FindFault(FleetSeeds seeds);
}

/// <summary>Verdict of one fleet test. No statistics: those of an issued seed tell about the seed.</summary>
/// <param name="Test">The test's name.</param>
/// <param name="Passed">Whether nothing was found.</param>
/// <param name="Finding">What was found, in words; null when it passed.</param>
/// <param name="FalseAlarmRate">At most how often a batch of this size from an ideal source fails the test.</param>
public sealed record FleetVerdict(string Test, bool Passed, string? Finding, double FalseAlarmRate);
