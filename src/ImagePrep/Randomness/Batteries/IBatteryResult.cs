namespace ImagePrep.Randomness.Batteries;

/// <summary>What a battery found in a stream. Each battery has a type of its own; this is what they share.</summary>
public interface IBatteryResult
{
    /// <summary>Id of the battery.</summary>
    string Battery { get; }

    /// <summary>Whether nothing speaks against the stream. Too little data for a verdict is not a pass.</summary>
    bool Passed { get; }

    /// <summary>Every verdict with its statistic and bounds, in one form for all batteries.</summary>
    IReadOnlyList<TestOutcome> Outcomes();
}
