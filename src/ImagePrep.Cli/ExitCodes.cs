using System.Diagnostics.CodeAnalysis;
using ImagePrep.Errors;
using ImagePrep.Randomness;
using ImagePrep.Randomness.Assessment;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Cli;

/// <summary>What the program returns, and the text for each error a user can meet. Anything else is a fault of ours and shows its stack.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Findings = 1;
    public const int Usage = 2;
    public const int Unsupported = 3;
    public const int Corrupt = 4;
    public const int InputOutput = 5;
    public const int Randomness = 6;

    public static bool TryExplain(Exception exception, out int code, [NotNullWhen(true)] out string? message)
    {
        (code, message) = exception switch
        {
            RecipeException or SampleSizeException or UnsuitableSamplesException => (Usage, exception.Message),
            StepException => (Unsupported, exception.Message),
            VerificationException => (Findings, exception.Message),
            UnsupportedImageException => (Unsupported, exception.Message),
            CorruptImageException => (Corrupt, exception.Message),
            RandomnessException => (Randomness, exception.Message),
            FileNotFoundException or DirectoryNotFoundException => (InputOutput, exception.Message),
            UnauthorizedAccessException => (InputOutput, $"{exception.Message} Check who may read and write there."),
            IOException => (InputOutput, exception.Message),
            _ => (Findings, null),
        };
        return message is not null;
    }
}
