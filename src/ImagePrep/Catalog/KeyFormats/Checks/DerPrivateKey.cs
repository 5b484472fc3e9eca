namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>
/// Private keys in DER, which have no marker: PKCS 1 and DSA of OpenSSL (SEQUENCE of INTEGER 0 and large INTEGERs), SEC 1 (INTEGER 1, OCTET
/// STRING), PKCS 8 (INTEGER 0 or 1, AlgorithmIdentifier, OCTET STRING), encrypted PKCS 8 (AlgorithmIdentifier, OCTET STRING), and PKCS 12 stores
/// (INTEGER 3, ContentInfo). RFC 8017 appendix A, RFC 5915, RFC 5958, RFC 7292.
/// </summary>
internal static class DerPrivateKey
{
    /// <summary>The smallest RSA modulus and DSA prime that were in use, in bytes: smaller integers are something else.</summary>
    private const int SmallestModulus = 48;

    /// <summary>The secret number of the smallest curve in use (secp160), in bytes.</summary>
    private const int SmallestSecretNumber = 20;

    /// <summary>1.2.840.113549.1.7.1: the content of a PKCS 12 store is plain data.</summary>
    private static ReadOnlySpan<byte> Data => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];

    /// <summary>1.2.840.113549.1.12.10.1: kinds of bags in a PKCS 12 store; one more byte tells which.</summary>
    private static ReadOnlySpan<byte> Bag => [0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x0A, 0x01];

    /// <summary>1.2.840.113549.1.5: password-based encryption.</summary>
    private static ReadOnlySpan<byte> Pkcs5 => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05];

    /// <summary>1.2.840.113549.1.12.1: password-based encryption of PKCS 12.</summary>
    private static ReadOnlySpan<byte> Pkcs12Encryption => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x01];

    public static KeyContent Look(string path, ReadOnlySpan<byte> content, long size)
    {
        DerReader file = new(content);
        if (!file.TryRead(DerReader.Sequence, out ReadOnlySpan<byte> outer, out long fullLength) || (fullLength >= 0 && fullLength != size))
        {
            return KeyContent.Other;
        }

        DerReader fields = new(outer);
        if (fields.IsAt(DerReader.Sequence))
        {
            return IsEncryptedPkcs8(fields) ? KeyContent.EncryptedPrivate : KeyContent.Other;
        }

        if (!fields.TryRead(DerReader.Integer, out ReadOnlySpan<byte> version) || version.Length != 1)
        {
            return KeyContent.Other;
        }

        return version[0] switch
        {
            0 when IsPkcs8(fields) || IsLargeInteger(fields) => KeyContent.Private,
            1 when IsPkcs8(fields) || IsSecretNumber(fields) => KeyContent.Private,
            3 when IsStore(fields) => LookAtBags(content, isWhole: content.Length >= size),
            _ => KeyContent.Other,
        };
    }

    private static bool IsLargeInteger(DerReader fields) =>
        fields.TryRead(DerReader.Integer, out ReadOnlySpan<byte> modulus) && modulus.Length >= SmallestModulus
        && fields.TryRead(DerReader.Integer, out ReadOnlySpan<byte> exponent) && exponent.Length > 0;

    private static bool IsSecretNumber(DerReader fields) =>
        fields.TryRead(DerReader.OctetString, out ReadOnlySpan<byte> number) && number.Length >= SmallestSecretNumber;

    private static bool IsPkcs8(DerReader fields) =>
        IsAlgorithm(ref fields, out _) && fields.TryRead(DerReader.OctetString, out ReadOnlySpan<byte> key) && key.Length >= SmallestSecretNumber;

    private static bool IsEncryptedPkcs8(DerReader fields) =>
        IsAlgorithm(ref fields, out ReadOnlySpan<byte> algorithm)
        && (algorithm.StartsWith(Pkcs5) || algorithm.StartsWith(Pkcs12Encryption))
        && fields.TryRead(DerReader.OctetString, out _);

    private static bool IsAlgorithm(ref DerReader fields, out ReadOnlySpan<byte> identifier)
    {
        identifier = default;
        return fields.TryRead(DerReader.Sequence, out ReadOnlySpan<byte> algorithm)
            && new DerReader(algorithm).TryRead(DerReader.ObjectIdentifier, out identifier);
    }

    private static bool IsStore(DerReader fields) => IsAlgorithm(ref fields, out ReadOnlySpan<byte> identifier) && identifier.SequenceEqual(Data);

    /// <summary>
    /// Key bags lie in the open: only certificates are put into encrypted parts, by every program that makes such stores. A store that was not read
    /// to its end may have one behind.
    /// </summary>
    private static KeyContent LookAtBags(ReadOnlySpan<byte> content, bool isWhole)
    {
        KeyContent found = isWhole ? KeyContent.Public : KeyContent.EncryptedPrivate;
        for (int at = content.IndexOf(Bag); at >= 0; at = content.IndexOf(Bag))
        {
            content = content[(at + Bag.Length)..];
            switch (content)
            {
                case [1, ..]:
                    return KeyContent.Private;
                case [2, ..]:
                    found = KeyContent.EncryptedPrivate;
                    break;
                default:
                    break;
            }
        }

        return found;
    }
}
