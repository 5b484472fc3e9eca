namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>
/// Host keys of Dropbear (signkey.c, buf_get_priv_key): the fields of the public key, then the private ones, without any header. A public key of
/// SSH in binary is the same without the private fields.
/// </summary>
internal static class DropbearHostKey
{
    /// <summary>The seed and the public point in one field.</summary>
    private const int Ed25519PrivateLength = 64;

    public static KeyContent Look(string path, ReadOnlySpan<byte> content, long size)
    {
        SshWire fields = new(content);
        if (!fields.TryRead(out ReadOnlySpan<byte> type))
        {
            return KeyContent.Other;
        }

        if (type.SequenceEqual("ssh-ed25519"u8))
        {
            return !fields.TryRead(out ReadOnlySpan<byte> key) ? KeyContent.Other
                : key.Length == Ed25519PrivateLength ? KeyContent.Private
                : key.Length == Ed25519PrivateLength / 2 ? KeyContent.Public
                : KeyContent.Other;
        }

        // RSA: e, n, then d. DSA: p, q, g, y, then x. ECDSA: the name of the curve, the point, then the secret number.
        int publicFields = type.SequenceEqual("ssh-rsa"u8) ? 2
            : type.SequenceEqual("ssh-dss"u8) ? 4
            : type.StartsWith("ecdsa-sha2-nistp"u8) ? 2
            : 0;
        return publicFields == 0 || !fields.TrySkip(publicFields) ? KeyContent.Other
            : fields.TrySkip(1) ? KeyContent.Private
            : KeyContent.Public;
    }
}
