using ImagePrep.Guests;

namespace ImagePrep.Steps;

public enum StepResult
{
    Changed,
    AlreadyDone,
    NotApplicable,
}

/// <summary>What a step did. Everything else is an exception, and then nothing is written.</summary>
/// <param name="Result">Whether it changed anything.</param>
/// <param name="Reason">Why it was not applicable; otherwise a remark for people, or empty.</param>
/// <param name="Changes">Guest paths in the order in which they were changed.</param>
public sealed record StepOutcome(StepResult Result, string Reason, IReadOnlyList<GuestChange> Changes)
{
    public static StepOutcome NotApplicable(string reason) => new(StepResult.NotApplicable, reason, []);

    /// <summary><see cref="StepResult.Changed"/> or, without changes, <see cref="StepResult.AlreadyDone"/>.</summary>
    public static StepOutcome Of(IReadOnlyList<GuestChange> changes, string remark = "")
    {
        ArgumentNullException.ThrowIfNull(changes);
        return new StepOutcome(changes.Count > 0 ? StepResult.Changed : StepResult.AlreadyDone, remark, changes);
    }
}
