using System.Security.Cryptography;

namespace ImagePrep.Randomness.Drbg;

/// <summary>
/// Known-answer test of the generator, run once before its first use. It fails closed: after one wrong answer no generator can be made.
/// </summary>
internal sealed class DrbgSelfTest
{
    private readonly Lazy<string?> _fault;

    /// <param name="generate">The generator under test; tests inject faults here.</param>
    internal DrbgSelfTest(Func<DrbgKnownAnswer, byte[]> generate) => _fault = new Lazy<string?>(() => FirstFault(generate));

    /// <summary>The test of the generator that the product uses.</summary>
    public static DrbgSelfTest Shared { get; } = new(Generate);

    /// <exception cref="RandomnessException">The generator gives a wrong answer; thrown on every call from then on.</exception>
    public void EnsurePassed()
    {
        if (_fault.Value is string fault)
        {
            throw new RandomnessException(
                $"The self-test of the random bit generator failed: {fault}. Nothing was issued. The program or this machine is damaged; "
                + "install the program again, and if that does not help, use another machine.");
        }
    }

    /// <summary>Runs the two generate calls of a published case and returns the bytes of the second.</summary>
    internal static byte[] Generate(DrbgKnownAnswer answer)
    {
        using HmacSha512Drbg drbg = new(Bytes(answer.EntropyInput), Bytes(answer.Nonce), Bytes(answer.Personalization));
        if (answer.EntropyInputReseed is not null)
        {
            drbg.Reseed(Bytes(answer.EntropyInputReseed), Bytes(answer.AdditionalInputReseed));
        }

        byte[] output = new byte[answer.ReturnedBits.Length / 2];
        drbg.Generate(output, Bytes(answer.AdditionalInput1));
        drbg.Generate(output, Bytes(answer.AdditionalInput2));
        return output;
    }

    private static string? FirstFault(Func<DrbgKnownAnswer, byte[]> generate)
    {
        foreach (DrbgKnownAnswer answer in DrbgKnownAnswer.All)
        {
            try
            {
                if (!CryptographicOperations.FixedTimeEquals(generate(answer), Bytes(answer.ReturnedBits)))
                {
                    return $"case {answer.Name} gives another answer than the published one";
                }
            }
#pragma warning disable CA1031 // Whatever goes wrong in the generator, the verdict is the same: it must not be used.
            catch (Exception unexpected)
#pragma warning restore CA1031
            {
                return $"case {answer.Name} ended with {unexpected.GetType().Name}";
            }
        }

        return null;
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
