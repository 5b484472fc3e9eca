namespace ImagePrep.Randomness.Seeds;

/// <summary>Secrets in hexadecimal, straight into memory that is wiped.</summary>
internal static class HexDigits
{
    /// <summary>Writes two lower-case ASCII digits for each byte.</summary>
    public static void Write(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        for (int i = 0; i < bytes.Length; i++)
        {
            destination[2 * i] = digits[bytes[i] >> 4];
            destination[(2 * i) + 1] = digits[bytes[i] & 0xF];
        }
    }
}
