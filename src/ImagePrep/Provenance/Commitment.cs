using System.Security.Cryptography;
using System.Text;

namespace ImagePrep.Provenance;

/// <summary>
/// What reports, ledger and attestations hold instead of a secret: SHA-256("imageprep/commitment/v1" ‖ 0 ‖ kind ‖ 0 ‖ secret), lower-case
/// hexadecimal. Whoever has the secret can show that it is the one; nobody can compute it back.
/// </summary>
/// <remarks>
/// That holds only for secrets that cannot be guessed, because anyone can try a guess against a published commitment. Seeds, drawn machine ids,
/// nonces and private key files may be committed to; host names, addresses, passwords and anything else a person chose or could list may not.
/// The kind keeps apart equal bytes that serve two purposes. It never contains a zero, so no two inputs hash the same string.
/// </remarks>
public static class Commitment
{
    /// <summary>The 512 bytes of a node's seed.</summary>
    public const string Seed = "seed";

    /// <summary>The 16 bytes of a machine id (not its hexadecimal form).</summary>
    public const string MachineId = "machine-id";

    /// <summary>The 32 bytes of a provisioning nonce.</summary>
    public const string Nonce = "nonce";

    /// <summary>The whole file of a private key, as it was found.</summary>
    public const string PrivateKey = "private-key";

    /// <summary>128 bits: shorter secrets can be found by trying.</summary>
    public const int MinSecretBytes = 16;

    private const string Domain = "imageprep/commitment/v1";

    /// <param name="kind">One of the constants above, or another short lower-case word with hyphens.</param>
    /// <param name="secret">At least <see cref="MinSecretBytes"/> bytes that cannot be guessed.</param>
    public static string Of(string kind, ReadOnlySpan<byte> secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        if (kind.AsSpan().ContainsAnyExcept(KindCharacters))
        {
            throw new ArgumentException("The kind of a commitment is made of a-z, 0-9 and hyphens.", nameof(kind));
        }

        if (secret.Length < MinSecretBytes)
        {
            throw new ArgumentException($"A secret of fewer than {MinSecretBytes} bytes can be guessed, so it is never committed to.", nameof(secret));
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes($"{Domain}\0{kind}\0"));
        hash.AppendData(secret);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static readonly System.Buffers.SearchValues<char> KindCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
}
