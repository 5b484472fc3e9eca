using System.Buffers.Text;

namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>
/// Keys of WireGuard: 32 bytes in base64, as a setting (wg(8), systemd.netdev(5), nm-settings-keyfile(5), OpenWrt's uci) or as all of a file. Shared keys
/// and public keys look the same, so a file of its own counts when its bits are those of a private key (RFC 7748 section 5) and its name does not
/// say that it is public.
/// </summary>
internal static class WireGuardKey
{
    private const int KeyLength = 32;
    private const int Base64Length = 44;

    public static KeyContent Look(string path, ReadOnlySpan<byte> content, long size)
    {
        if (size is Base64Length or Base64Length + 1)
        {
            return IsKeyFile(path, content) ? KeyContent.Private : KeyContent.Other;
        }

        foreach (Range range in content.Split((byte)'\n'))
        {
            if (IsSecretSetting(content[range]))
            {
                return KeyContent.Private;
            }
        }

        return KeyContent.Other;
    }

    private static bool IsKeyFile(string path, ReadOnlySpan<byte> content)
    {
        bool isNamedForIt = path.Contains("/wireguard/", StringComparison.Ordinal) || path.Contains("wg", StringComparison.Ordinal)
            || path.EndsWith(".key", StringComparison.Ordinal) || path.Contains("private", StringComparison.OrdinalIgnoreCase);
        bool isPublic = path[(path.LastIndexOf('/') + 1)..].Contains("pub", StringComparison.OrdinalIgnoreCase);
        Span<byte> key = stackalloc byte[KeyLength];
        return isNamedForIt && !isPublic && TryDecode(content.Trim("\r\n "u8), key) && (key[0] & 0b0000_0111) == 0 && (key[^1] & 0b1100_0000) == 0b0100_0000;
    }

    private static bool IsSecretSetting(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = line.Trim(" \t\r"u8);
        int end = text.IndexOfAny("= \t"u8);
        if (end < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> name = text[..end];
        ReadOnlySpan<byte> value = text[end..];
        if (name.SequenceEqual("option"u8))
        {
            value = value.TrimStart(" \t"u8);
            int gap = value.IndexOfAny(" \t"u8);
            name = gap < 0 ? value : value[..gap];
            value = gap < 0 ? default : value[gap..];
        }

        return IsSecretName(name) && TryDecode(value.Trim("= \t'\""u8), stackalloc byte[KeyLength]);
    }

    private static bool IsSecretName(ReadOnlySpan<byte> name)
    {
        foreach (string known in (ReadOnlySpan<string>)["privatekey", "presharedkey", "private-key", "preshared-key", "private_key", "preshared_key"])
        {
            if (System.Text.Ascii.EqualsIgnoreCase(name, known))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads 43 characters of base64 and, unless it was trimmed away, the '=' after them.</summary>
    private static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> key)
    {
        ReadOnlySpan<byte> digits = text.TrimEnd((byte)'=');
        if (digits.Length != Base64Length - 1)
        {
            return false;
        }

        Span<byte> padded = stackalloc byte[Base64Length];
        digits.CopyTo(padded);
        padded[^1] = (byte)'=';
        return Base64.DecodeFromUtf8(padded, key, out _, out int written) == System.Buffers.OperationStatus.Done && written == KeyLength;
    }
}
