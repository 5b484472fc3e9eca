using System.Buffers.Binary;

namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>
/// Key stores of Java (sun.security.provider.JavaKeyStore): magic, version, number of entries, then entries: tag, alias, date, and what the tag says.
/// Integers have four bytes, most significant first; strings a length of two bytes. A store of trusted certificates is no secret. Keys in it are
/// always encrypted.
/// </summary>
internal static class JavaKeystore
{
    private const int HeaderLength = 12;
    private const int DateLength = 8;
    private const uint TrustedCertificate = 2;

    public static KeyContent Look(string path, ReadOnlySpan<byte> content, long size)
    {
        if (content.Length < HeaderLength)
        {
            return KeyContent.Other;
        }

        uint version = BinaryPrimitives.ReadUInt32BigEndian(content[4..]);
        if (version is not (1 or 2))
        {
            return KeyContent.Other;
        }

        bool hasTypes = version == 2;
        uint entries = BinaryPrimitives.ReadUInt32BigEndian(content[8..]);
        ReadOnlySpan<byte> rest = content[HeaderLength..];
        for (; entries > 0; entries--)
        {
            // What lies behind the part that was read may be a key.
            if (!TryReadTag(ref rest, out uint tag) || tag != TrustedCertificate || !TrySkipCertificate(ref rest, hasTypes))
            {
                return KeyContent.EncryptedPrivate;
            }
        }

        return KeyContent.Public;
    }

    private static bool TryReadTag(ref ReadOnlySpan<byte> rest, out uint tag)
    {
        bool found = BinaryPrimitives.TryReadUInt32BigEndian(rest, out tag);
        rest = found ? rest[sizeof(uint)..] : rest;
        return found;
    }

    private static bool TrySkipCertificate(ref ReadOnlySpan<byte> rest, bool hasType) =>
        TrySkipString(ref rest)
        && TrySkip(ref rest, DateLength)
        && (!hasType || TrySkipString(ref rest))
        && TryReadTag(ref rest, out uint length)
        && TrySkip(ref rest, length);

    private static bool TrySkipString(ref ReadOnlySpan<byte> rest) =>
        BinaryPrimitives.TryReadUInt16BigEndian(rest, out ushort length) && TrySkip(ref rest, sizeof(ushort) + (uint)length);

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, uint length)
    {
        if (length > rest.Length)
        {
            return false;
        }

        rest = rest[(int)length..];
        return true;
    }
}
