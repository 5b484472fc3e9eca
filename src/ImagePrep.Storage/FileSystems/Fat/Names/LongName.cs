using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ImagePrep.Storage.FileSystems.Fat.Names;

/// <summary>Names as people write them: up to 255 UTF-16 units, kept as written and found in any case.</summary>
internal static class LongName
{
    public const int MaxUnits = 255;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Two names are the same when they differ in case only.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>The text of a name that was asked for; false when no FAT name could be it.</summary>
    public static bool TryDecode(FileName name, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = Strict.GetString(name.Bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = null;
            return false;
        }
    }

    /// <summary>The name of an entry; false when it is none that Linux could show.</summary>
    public static bool TryEncode(string text, out FileName name)
    {
        name = default;
        if (text is "." or ".." || text.Length == 0)
        {
            return false;
        }

        byte[] bytes;
        try
        {
            bytes = Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return false;
        }

        if (!FileName.IsValid(bytes))
        {
            return false;
        }

        name = new FileName(bytes);
        return true;
    }

    /// <summary>The text of a name that is about to be made.</summary>
    /// <exception cref="IOException">FAT cannot hold the name.</exception>
    public static string ForNewEntry(FileName name)
    {
        if (!TryDecode(name, out string? text))
        {
            throw Refuse(name, "it is not UTF-8, and FAT stores Unicode");
        }

        foreach (char c in text)
        {
            if (c < ' ' || c is '"' or '*' or '/' or ':' or '<' or '>' or '?' or '\\' or '|')
            {
                throw Refuse(name, "it holds one of the characters \" * : < > ? \\ | or a control character");
            }
        }

        if (text[^1] is '.' or ' ')
        {
            throw Refuse(name, "it ends in a dot or a space, which FAT drivers drop");
        }

        return text.Length <= MaxUnits ? text : throw Refuse(name, $"it has more than {MaxUnits} UTF-16 units");
    }

    private static IOException Refuse(FileName name, string reason) => new($"'{name}' cannot be a name on a FAT file system: {reason}.");
}
