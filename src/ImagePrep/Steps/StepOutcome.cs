using ImagePrep.Guests;

namespace ImagePrep.Steps;

public enum StepResult
{
    Changed,
    AlreadyDone,
    NotApplicable,
}

/// <summary>A number that a step changed on the disk.</summary>
/// <param name="Sector">Sector of the golden image, in the sectors of its table.</param>
/// <param name="Byte">Where in the sector.</param>
/// <param name="What">What the number is and where, for people.</param>
/// <param name="Was">On the base.</param>
/// <param name="Now">On the golden image.</param>
public sealed record SectorPatch(long Sector, int Byte, string What, ulong Was, ulong Now);

/// <summary>What a step did. Everything else is an exception, and then nothing is written.</summary>
/// <param name="Result">Whether it changed anything.</param>
/// <param name="Reason">Why it was not applicable; otherwise a remark for people, or empty.</param>
/// <param name="Changes">Guest paths in the order in which they were changed.</param>
public sealed record StepOutcome(StepResult Result, string Reason, IReadOnlyList<GuestChange> Changes)
{
    /// <summary>Numbers on the disk, outside files and tables, that follow a move.</summary>
    public IReadOnlyList<SectorPatch> Patches { get; init; } = [];

    public static StepOutcome NotApplicable(string reason) => new(StepResult.NotApplicable, reason, []);

    /// <summary><see cref="StepResult.Changed"/> or, without changes, <see cref="StepResult.AlreadyDone"/>.</summary>
    public static StepOutcome Of(IReadOnlyList<GuestChange> changes, string remark = "")
    {
        ArgumentNullException.ThrowIfNull(changes);
        return new StepOutcome(changes.Count > 0 ? StepResult.Changed : StepResult.AlreadyDone, remark, changes);
    }
}
