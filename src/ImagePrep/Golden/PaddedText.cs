using System.Text;

namespace ImagePrep.Golden;

/// <summary>Text of a fixed length: every reader of line-based files skips the empty lines at its end.</summary>
public static class PaddedText
{
    /// <exception cref="ArgumentOutOfRangeException">The text is longer than the length.</exception>
    public static byte[] Of(string text, int length)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, length, nameof(text));
        byte[] padded = new byte[length];
        bytes.CopyTo(padded, 0);
        padded.AsSpan(bytes.Length).Fill((byte)'\n');
        return padded;
    }
}
