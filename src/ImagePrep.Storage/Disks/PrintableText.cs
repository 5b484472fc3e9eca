using System.Globalization;
using System.Text;

namespace ImagePrep.Storage.Disks;

/// <summary>Text found in an image, made safe to show: it must not disturb a terminal, a log or a report.</summary>
internal static class PrintableText
{
    /// <summary>A name in a message is there to be recognised; nobody reads more than this.</summary>
    private const int MaxLength = 120;

    public static string From(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new();
        while (!bytes.IsEmpty && text.Length < MaxLength)
        {
            bool valid = Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed) == System.Buffers.OperationStatus.Done;
            if (valid && !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (byte b in bytes[..consumed])
                {
                    text.Append("\\x").Append(b.ToString("x2"));
                }
            }

            bytes = bytes[consumed..];
        }

        return bytes.IsEmpty ? text.ToString() : text.Append('…').ToString();
    }
}
