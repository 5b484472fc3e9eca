namespace ImagePrep.Randomness;

/// <summary>
/// Random bytes cannot be trusted or cannot be had: a self-test, a source or a test of the output failed. Nothing may be issued. Exit code 6.
/// </summary>
public sealed class RandomnessException : Exception
{
    /// <param name="message">What was found, where, and what to do. Never a secret, and never a count that was taken from one.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public RandomnessException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
