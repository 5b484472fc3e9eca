using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Prng.Drbg;

namespace ImagePrep.Randomness.Drbg;

/// <summary>
/// HMAC_DRBG of SP 800-90A Rev. 1 §10.1.2 with SHA-512 at 256 bits of strength. Everything it depends on is passed in, so known answers can
/// be checked. This type is not gated by the self-test; products use <see cref="SeedDrbg"/>.
/// </summary>
internal sealed class HmacSha512Drbg : IDisposable
{
    public const int SecurityStrengthBits = 256;

    private readonly GivenEntropy _entropy = new();
    private readonly HMacSP800Drbg _drbg;

    /// <param name="entropyInput">At least 32 bytes with full entropy.</param>
    /// <param name="nonce">At least 16 bytes.</param>
    /// <param name="personalization">May be empty.</param>
    public HmacSha512Drbg(ReadOnlySpan<byte> entropyInput, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> personalization)
    {
        byte[] nonceCopy = nonce.ToArray();
        byte[]? personalizationCopy = OrNull(personalization);
        _entropy.Give(entropyInput);
        try
        {
            _drbg = new HMacSP800Drbg(new HMac(new Sha512Digest()), SecurityStrengthBits, _entropy, personalizationCopy, nonceCopy);
        }
        finally
        {
            _entropy.Wipe();
            CryptographicOperations.ZeroMemory(nonceCopy);
            CryptographicOperations.ZeroMemory(personalizationCopy);
        }
    }

    public void Reseed(ReadOnlySpan<byte> entropyInput, ReadOnlySpan<byte> additionalInput)
    {
        _entropy.Give(entropyInput);
        try
        {
            _drbg.Reseed(OrNull(additionalInput));
        }
        finally
        {
            _entropy.Wipe();
        }
    }

    public void Generate(Span<byte> destination, ReadOnlySpan<byte> additionalInput)
    {
        byte[] output = GC.AllocateUninitializedArray<byte>(destination.Length, pinned: true);
        try
        {
            if (_drbg.Generate(output, OrNull(additionalInput), predictionResistant: false) != destination.Length * 8)
            {
                throw new RandomnessException("The random bit generator asked for a reseed, which one node's few bytes can never need. Nothing was issued.");
            }

            output.CopyTo(destination);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(output);
        }
    }

    /// <summary>
    /// Moves the generator on, past any state that its earlier output could be computed from (backtracking resistance, SP 800-90A §8.8). The
    /// library keeps its state in private arrays, so this is as close to wiping them as can be had.
    /// </summary>
    public void Dispose() => Reseed(RandomNumberGenerator.GetBytes(SecurityStrengthBits / 8), []);

    /// <summary>
    /// The library tells "no input" from "an empty input" and is right only for null: with an empty array it runs update steps that
    /// the standard leaves out, and half of the published answers come out wrong.
    /// </summary>
    private static byte[]? OrNull(ReadOnlySpan<byte> input) => input.IsEmpty ? null : input.ToArray();

    /// <summary>Hands the library exactly the bytes that were given, once.</summary>
    private sealed class GivenEntropy : IEntropySource
    {
        private byte[] _bytes = [];
        private bool _available;

        public bool IsPredictionResistant => false;

        public int EntropySize => _bytes.Length * 8;

        public void Give(ReadOnlySpan<byte> bytes)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
            bytes.CopyTo(_bytes);
            _available = true;
        }

        public byte[] GetEntropy()
        {
            if (!_available)
            {
                throw new InvalidOperationException("The generator asked for entropy twice.");
            }

            _available = false;
            return _bytes;
        }

        public void Wipe()
        {
            CryptographicOperations.ZeroMemory(_bytes);
            _available = false;
        }
    }
}
