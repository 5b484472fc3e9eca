using System.Security.Cryptography;
using System.Text;

namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>
/// Tells whether a self-signed certificate belongs to a private key: the same public part (the modulus of RSA, the point of a curve) is in both. Reads
/// PKCS 1, SEC 1, PKCS 8 (RFC 8017 appendix A, RFC 5915, RFC 5958) and X.509 (RFC 5280 §4.1), in DER or PEM. It throws nothing, whatever the bytes are.
/// </summary>
/// <remarks>A key of Ed25519 in PKCS 8 version 1 holds no public part, and an encrypted key shows none: no certificate is found for those.</remarks>
internal static class SelfSignedCertificate
{
    private const byte BitString = 0x03;

    /// <summary>Context tags of X.509's version, of a curve's name and of a curve's point in SEC 1, and of the public key in PKCS 8.</summary>
    private const byte Tag0 = 0xA0;
    private const byte Tag1 = 0xA1;
    private const byte Tag1Primitive = 0x81;

    /// <summary>The shortest public part there is, in bytes (Ed25519): shorter ones would be found by chance.</summary>
    private const int ShortestPart = 32;

    private static ReadOnlySpan<byte> PemCertificate => "-----BEGIN CERTIFICATE-----"u8;

    private static ReadOnlySpan<byte> AttributeOfName => [0x06, 0x03, 0x55, 0x04];

    /// <summary>Whether a file may hold a certificate.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> content) =>
        content.IndexOf(PemCertificate) >= 0 || (content.StartsWith([(byte)0x30, (byte)0x82]) && content.IndexOf(AttributeOfName) >= 0);

    /// <summary>The public part of a private key; empty where it cannot be told.</summary>
    public static byte[] PublicPart(ReadOnlySpan<byte> key)
    {
        foreach (byte[] der in Blocks(key, "PRIVATE KEY"))
        {
            ReadOnlySpan<byte> part = PublicPartOf(der, depth: 0);
            if (part.Length >= ShortestPart)
            {
                return part.ToArray();
            }
        }

        return [];
    }

    /// <summary>The public keys (SubjectPublicKeyInfo, without its header) of the self-signed ones among a file's certificates.</summary>
    public static List<byte[]> PublicKeys(ReadOnlySpan<byte> certificates)
    {
        List<byte[]> keys = [];
        foreach (byte[] der in Blocks(certificates, "CERTIFICATE"))
        {
            if (TrySelfSigned(der, out ReadOnlySpan<byte> key))
            {
                keys.Add(key.ToArray());
            }
        }

        return keys;
    }

    private static bool TrySelfSigned(ReadOnlySpan<byte> der, out ReadOnlySpan<byte> publicKey)
    {
        publicKey = default;
        if (!new DerReader(der).TryRead(DerReader.Sequence, out ReadOnlySpan<byte> signed)
            || !new DerReader(signed).TryRead(DerReader.Sequence, out ReadOnlySpan<byte> certificate))
        {
            return false;
        }

        DerReader fields = new(certificate);
        _ = fields.TryRead(Tag0, out _);
        return fields.TryRead(DerReader.Integer, out _)
            && fields.TryRead(DerReader.Sequence, out _)
            && fields.TryRead(DerReader.Sequence, out ReadOnlySpan<byte> issuer)
            && fields.TryRead(DerReader.Sequence, out _)
            && fields.TryRead(DerReader.Sequence, out ReadOnlySpan<byte> subject)
            && fields.TryRead(DerReader.Sequence, out publicKey)
            && issuer.SequenceEqual(subject);
    }

    private static ReadOnlySpan<byte> PublicPartOf(ReadOnlySpan<byte> der, int depth)
    {
        if (!new DerReader(der).TryRead(DerReader.Sequence, out ReadOnlySpan<byte> key))
        {
            return [];
        }

        DerReader fields = new(key);
        if (!fields.TryRead(DerReader.Integer, out _))
        {
            return [];
        }

        if (fields.TryRead(DerReader.Integer, out ReadOnlySpan<byte> modulus))
        {
            return modulus.TrimStart((byte)0);
        }

        if (fields.TryRead(DerReader.Sequence, out _))
        {
            // PKCS 8: the key of the algorithm is inside, one of these two again.
            _ = fields.TryRead(DerReader.OctetString, out ReadOnlySpan<byte> inner);
            _ = fields.TryRead(Tag0, out _);
            return fields.TryRead(Tag1Primitive, out ReadOnlySpan<byte> bits) ? WithoutUnusedBits(bits)
                : depth == 0 ? PublicPartOf(inner, depth + 1)
                : [];
        }

        _ = fields.TryRead(DerReader.OctetString, out _);
        _ = fields.TryRead(Tag0, out _);
        return fields.TryRead(Tag1, out ReadOnlySpan<byte> point) && new DerReader(point).TryRead(BitString, out ReadOnlySpan<byte> pointBits)
            ? WithoutUnusedBits(pointBits)
            : [];
    }

    /// <summary>The first byte of a bit string counts the bits that its last byte does not use.</summary>
    private static ReadOnlySpan<byte> WithoutUnusedBits(ReadOnlySpan<byte> bitString) => bitString.IsEmpty ? [] : bitString[1..];

    /// <summary>What the PEM blocks with such a label hold; the content itself where it is DER.</summary>
    private static List<byte[]> Blocks(ReadOnlySpan<byte> content, string label)
    {
        if (content.StartsWith([DerReader.Sequence]))
        {
            return [content.ToArray()];
        }

        List<byte[]> blocks = [];
        ReadOnlySpan<char> text = Encoding.Latin1.GetString(content[..Math.Min(content.Length, KeyRecogniser.MaxText)]);
        while (PemEncoding.TryFind(text, out PemFields block))
        {
            if (text[block.Label].EndsWith(label))
            {
                byte[] der = new byte[block.DecodedDataLength];
                blocks.AddRange(Convert.TryFromBase64Chars(text[block.Base64Data], der, out int length) ? [der[..length]] : []);
            }

            text = text[block.Location.End..];
        }

        return blocks;
    }
}
