using System.Buffers.Binary;

namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>
/// Key tables of MIT Kerberos (krb5 documentation, formats/keytab_file_format): 05 02, or 05 01 in the byte order of the machine, then records, each
/// with its length in four bytes, which is negative for a hole.
/// </summary>
internal static class KerberosKeytab
{
    private const int HeaderLength = 2;

    /// <summary>Two counted strings, time, version, key type and a key of one byte: less cannot be a record.</summary>
    private const int SmallestRecord = 16;

    public static KeyContent Look(string path, ReadOnlySpan<byte> content, long size)
    {
        if (content.Length < HeaderLength || content[1] is not (1 or 2))
        {
            return KeyContent.Other;
        }

        bool isLittleEndian = content[1] == 1;
        ReadOnlySpan<byte> rest = content[HeaderLength..];
        long left = size - HeaderLength;
        bool hasKey = false;
        while (left > 0 && rest.Length >= sizeof(int))
        {
            int length = isLittleEndian ? BinaryPrimitives.ReadInt32LittleEndian(rest) : BinaryPrimitives.ReadInt32BigEndian(rest);

            // Some programs end the table with a length of zero.
            if (length == 0)
            {
                break;
            }

            long taken = sizeof(int) + Math.Abs((long)length);
            if (taken > left || length is > 0 and < SmallestRecord)
            {
                return KeyContent.Other;
            }

            hasKey |= length > 0;
            left -= taken;
            rest = rest[(int)Math.Min(taken, rest.Length)..];
        }

        return hasKey ? KeyContent.Private : KeyContent.Other;
    }
}
