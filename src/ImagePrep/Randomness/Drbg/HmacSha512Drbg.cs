using System.Security.Cryptography;

namespace ImagePrep.Randomness.Drbg;

/// <summary>
/// HMAC_DRBG of SP 800-90A Rev. 1 §10.1.2 with SHA-512 at 256 bits of strength. Everything it depends on is passed in, so known answers can
/// be checked. This type is not gated by the self-test; products use <see cref="SeedDrbg"/>.
/// </summary>
/// <remarks>
/// The framework's HMAC does the work, in one call each that keeps nothing. State and scratch space are pinned arrays, wiped after use: no copy of what is
/// generated stays behind but the caller's. docs/decisions/0006-drbg.md says why it is not a library's.
/// </remarks>
internal sealed class HmacSha512Drbg : IDisposable
{
    public const int SecurityStrengthBits = 256;

    /// <summary>Most that one request may ask for: 2¹⁹ bits (table 2).</summary>
    public const int MaxRequestBytes = 1 << 16;

    /// <summary>outlen of SHA-512 in bytes.</summary>
    private const int OutputBytes = 64;

    /// <summary>More requests need a reseed (table 2: 2⁴⁸).</summary>
    private const long ReseedInterval = 1L << 48;

    private readonly byte[] _state = GC.AllocateArray<byte>(2 * OutputBytes, pinned: true);
    private long _requests;
    private bool _disposed;

    /// <summary>HMAC_DRBG_Instantiate, §10.1.2.3.</summary>
    /// <param name="entropyInput">At least 32 bytes with full entropy.</param>
    /// <param name="nonce">At least 16 bytes.</param>
    /// <param name="personalization">May be empty.</param>
    public HmacSha512Drbg(ReadOnlySpan<byte> entropyInput, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> personalization)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entropyInput.Length, SecurityStrengthBits / 8, nameof(entropyInput));
        ArgumentOutOfRangeException.ThrowIfLessThan(nonce.Length, SecurityStrengthBits / 16, nameof(nonce));
        Value.Fill(1);
        Update(entropyInput, nonce, personalization);
    }

    private Span<byte> Key => _state.AsSpan(0, OutputBytes);

    private Span<byte> Value => _state.AsSpan(OutputBytes);

    /// <summary>HMAC_DRBG_Reseed, §10.1.2.4.</summary>
    /// <param name="entropyInput">At least 32 bytes with full entropy.</param>
    /// <param name="additionalInput">May be empty.</param>
    public void Reseed(ReadOnlySpan<byte> entropyInput, ReadOnlySpan<byte> additionalInput)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(entropyInput.Length, SecurityStrengthBits / 8, nameof(entropyInput));
        Update(entropyInput, additionalInput, []);
        _requests = 0;
    }

    /// <summary>HMAC_DRBG_Generate, §10.1.2.5, without prediction resistance.</summary>
    /// <param name="destination">Filled whole; at most <see cref="MaxRequestBytes"/>.</param>
    /// <param name="additionalInput">An empty one is none, as in the standard.</param>
    public void Generate(Span<byte> destination, ReadOnlySpan<byte> additionalInput)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, MaxRequestBytes, nameof(destination));
        if (_requests == ReseedInterval)
        {
            throw new RandomnessException("The random bit generator asks for a reseed, which one node's few bytes can never need. Nothing was issued.");
        }

        if (!additionalInput.IsEmpty)
        {
            Update(additionalInput, [], []);
        }

        while (!destination.IsEmpty)
        {
            Hash(Value, Value);
            int count = Math.Min(OutputBytes, destination.Length);
            Value[..count].CopyTo(destination);
            destination = destination[count..];
        }

        Update(additionalInput, [], []);
        _requests++;
    }

    /// <summary>HMAC_DRBG_Uninstantiate: the state is wiped, and nothing can be asked any more (SP 800-90A §9.4).</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_state);
    }

    /// <summary>HMAC_DRBG_Update, §10.1.2.2, with the provided data in up to three parts.</summary>
    private void Update(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        int provided = first.Length + second.Length + third.Length;
        byte[] input = GC.AllocateUninitializedArray<byte>(OutputBytes + 1 + provided, pinned: true);
        try
        {
            first.CopyTo(input.AsSpan(OutputBytes + 1));
            second.CopyTo(input.AsSpan(OutputBytes + 1 + first.Length));
            third.CopyTo(input.AsSpan(OutputBytes + 1 + first.Length + second.Length));
            for (byte round = 0; round < (provided == 0 ? 1 : 2); round++)
            {
                Value.CopyTo(input);
                input[OutputBytes] = round;
                Hash(input, Key);
                Hash(Value, Value);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(input);
        }
    }

    /// <summary>HMAC under the key. The destination may be the key or the source: the result is written when both were read.</summary>
    private void Hash(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Span<byte> result = stackalloc byte[OutputBytes];
        HMACSHA512.HashData(Key, source, result);
        result.CopyTo(destination);
        CryptographicOperations.ZeroMemory(result);
    }
}
