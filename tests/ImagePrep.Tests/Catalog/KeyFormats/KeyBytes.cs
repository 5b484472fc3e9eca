using System.Buffers.Binary;
using System.Text;

namespace ImagePrep.Tests.Catalog.KeyFormats;

/// <summary>Files as their specifications lay them out, for formats whose programs are not at hand.</summary>
internal static class KeyBytes
{
    /// <summary>A key table of version 2 with one entry of host/base@EXAMPLE.ORG (aes256), then a hole.</summary>
    public static byte[] Keytab()
    {
        byte[] entry =
        [
            .. Big16(2), .. Counted("EXAMPLE.ORG"), .. Counted("host"), .. Counted("base"), .. Big32(1), .. Big32(1_700_000_000), 3,
            .. Big16(18), .. Big16(32), .. Enumerable.Repeat((byte)0x55, 32),
        ];
        return [5, 2, .. Big32(entry.Length), .. entry, .. Big32(-20), .. new byte[20]];
    }

    /// <summary>A store of Java, version 2, with entries of these tags: 1 a private key, 2 a trusted certificate.</summary>
    public static byte[] JavaKeystore(uint magic, params int[] tags)
    {
        List<byte> bytes = [.. Big32(unchecked((int)magic)), .. Big32(2), .. Big32(tags.Length)];
        foreach (int tag in tags)
        {
            byte[] encoded = new byte[200];
            bytes.AddRange([.. Big32(tag), .. Counted("alias"), .. new byte[8]]);
            bytes.AddRange(tag == 2 ? [.. Counted("X.509"), .. Big32(encoded.Length), .. encoded] : [.. Big32(encoded.Length), .. encoded, .. Big32(0)]);
        }

        return [.. bytes, .. new byte[20]];
    }

    public static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    private static byte[] Counted(string text) => [.. Big16(text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Big16(int value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, (short)value);
        return bytes;
    }

    private static byte[] Big32(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
