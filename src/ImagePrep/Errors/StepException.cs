namespace ImagePrep.Errors;

/// <summary>
/// A step cannot do its work on this guest: it is missing what the step needs, or holds something in its way. Nothing was written. Exit code 3.
/// </summary>
public sealed class StepException : Exception
{
    public StepException(string step, string message, Exception? inner = null)
        : base($"{step}: {message}", inner)
    {
        Step = step;
    }

    public string Step { get; }
}
