using System.Security.Cryptography;

namespace ImagePrep.Randomness.Batteries;

/// <summary>
/// The four tests on a stream as one sample, from its first byte to its last, with bounds computed for its length: for one seed file. A seed that passes is not
/// shown to be good; one that fails is shown to be bad, but for the chance that the result states.
/// </summary>
public sealed class ExactBattery : IStreamBattery
{
    public const string BatteryId = "exact";

    public string Id => BatteryId;

    public string Name => "exact bounds for one sample";

    public string Description =>
        $"the same four tests on the whole input as one sample of {ExactLimits.MinBytes} to {ExactLimits.MaxBytes:N0} bytes, such as a seed file, with exact bounds for its length";

    public BatteryParameters Takes => BatteryParameters.Alpha;

    public IBatteryResult Run(Stream stream, BatteryOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);

        // What is tested may be a seed in use: no copy stays behind.
        byte[] buffer = GC.AllocateUninitializedArray<byte>(ExactLimits.MaxBytes + 1, pinned: true);
        try
        {
            int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length is < ExactLimits.MinBytes or > ExactLimits.MaxBytes)
            {
                throw WrongSize(stream, length);
            }

            return Evaluate(buffer.AsSpan(0, length), options.Alpha ?? ExactLimits.DefaultAlpha);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>Tests a sample in memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As <see cref="ExactLimits.For"/>.</exception>
    public static ExactResult Evaluate(ReadOnlySpan<byte> sample, double alpha = ExactLimits.DefaultAlpha) =>
        ExactResult.Of(sample, ExactLimits.For(sample.Length, alpha));

    private static SampleSizeException WrongSize(Stream stream, int length)
    {
        string found = length > ExactLimits.MaxBytes ? $"longer than {ExactLimits.MaxBytes:N0} bytes" : $"{length} bytes long";
        return new SampleSizeException(
            $"{SampleSizeException.NameOf(stream)} is {found}; exact bounds are computed for samples of {ExactLimits.MinBytes} to {ExactLimits.MaxBytes:N0} bytes. "
            + "Longer data is tested in blocks by the other batteries.");
    }
}
