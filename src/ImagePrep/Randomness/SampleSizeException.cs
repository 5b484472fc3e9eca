namespace ImagePrep.Randomness;

/// <summary>The data is too short or too long for the battery that was asked for. Nothing was tested. Exit code 2.</summary>
/// <param name="message">What was given, what the battery takes, and what to do.</param>
public sealed class SampleSizeException(string message) : Exception(message)
{
    /// <summary>What messages call a stream: its file's name, if it has one.</summary>
    internal static string NameOf(Stream stream) => stream is FileStream { Name: { Length: > 0 } name } ? name : "The input";
}
