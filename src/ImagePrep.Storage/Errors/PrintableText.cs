using System.Buffers;
using System.Globalization;
using System.Text;

namespace ImagePrep.Storage.Errors;

/// <summary>Text found in an image, made safe to show: it must not disturb a terminal, a log or a report.</summary>
public static class PrintableText
{
    /// <summary>Enough for every name that Linux allows, in a message as in a listing.</summary>
    private const int MaxLength = 4096;

    /// <inheritdoc cref="From(ReadOnlySpan{byte})"/>
    public static string From(string text) => From(Encoding.UTF8.GetBytes(text));

    /// <summary>UTF-8 as it is; control characters, invisible formatting and invalid bytes as \xNN; what is too long ends in '…'.</summary>
    public static string From(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(Math.Min(bytes.Length, MaxLength));
        while (!bytes.IsEmpty && text.Length < MaxLength)
        {
            bool valid = Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed) == OperationStatus.Done;
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
