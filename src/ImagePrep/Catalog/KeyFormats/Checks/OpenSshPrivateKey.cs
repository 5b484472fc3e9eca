using System.Buffers.Text;
using System.Text;

namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>
/// The key format of OpenSSH since 6.5 (PROTOCOL.key): base64 of "openssh-key-v1", a zero byte, then the name of the cipher, "none" for a key
/// that is not encrypted.
/// </summary>
internal static class OpenSshPrivateKey
{
    /// <summary>More than the magic and the name of any cipher need, in characters of base64.</summary>
    private const int MaxBase64 = 128;

    private static ReadOnlySpan<byte> Marker => "-----BEGIN OPENSSH PRIVATE KEY-----"u8;

    private static ReadOnlySpan<byte> Magic => "openssh-key-v1\0"u8;

    public static KeyContent Look(string path, ReadOnlySpan<byte> content, long size)
    {
        KeyContent found = KeyContent.Other;
        for (int at = content.IndexOf(Marker); at >= 0; at = content.IndexOf(Marker))
        {
            content = content[(at + Marker.Length)..];
            KeyContent one = LookAtBody(content);
            if (one == KeyContent.Private)
            {
                return one;
            }

            found = one == KeyContent.EncryptedPrivate ? one : found;
        }

        return found;
    }

    private static KeyContent LookAtBody(ReadOnlySpan<byte> body)
    {
        Span<byte> base64 = stackalloc byte[MaxBase64];
        int length = 0;
        for (int i = 0; i < body.Length && length < base64.Length; i++)
        {
            byte b = body[i];
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'+' or (byte)'/')
            {
                base64[length++] = b;
            }
            else if (b == '\\' && i + 1 < body.Length && body[i + 1] is (byte)'n' or (byte)'r')
            {
                // A line end as JSON writes it.
                i++;
            }
            else if (b is not ((byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'\t'))
            {
                break;
            }
        }

        Span<byte> decoded = stackalloc byte[MaxBase64];
        Base64.DecodeFromUtf8(base64[..(length / 4 * 4)], decoded, out _, out int written, isFinalBlock: false);
        if (!decoded[..written].StartsWith(Magic) || !new SshWire(decoded[Magic.Length..written]).TryRead(out ReadOnlySpan<byte> cipher))
        {
            return KeyContent.Other;
        }

        return cipher.SequenceEqual("none"u8) ? KeyContent.Private : KeyContent.EncryptedPrivate;
    }
}
