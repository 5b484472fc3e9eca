using System.IO.Enumeration;
using System.Text;

namespace ImagePrep.Catalog.KeyFormats;

/// <summary>Tells by a file's content, and its path where the content says too little, which key format it is of.</summary>
public static class KeyRecogniser
{
    /// <summary>Text is looked through so far, in bytes: a key lies at the start of the file that is meant to hold it.</summary>
    public const int MaxText = 64 << 10;

    /// <summary>
    /// The format of a file, or null for a file that is none. A file of several formats, such as a certificate and its private key, is of the private one.
    /// </summary>
    /// <param name="path">Guest path.</param>
    /// <param name="content">The first <see cref="MaxText"/> bytes or more, all of it where it is smaller.</param>
    /// <param name="size">Size of the whole file in bytes.</param>
    public static RecognisedKey? Recognise(string path, ReadOnlySpan<byte> content, long size)
    {
        ArgumentNullException.ThrowIfNull(path);
        RecognisedKey? publicKey = null;
        string? text = null;
        foreach (KeyFormat format in KeyFormatCatalog.All)
        {
            if (!Suits(format, path, content) || (format.Contains.Length > 0 && content.IndexOf(format.Contains) < 0))
            {
                continue;
            }

            if ((format.Matches ?? format.Encrypted) is not null)
            {
                text ??= Encoding.Latin1.GetString(content[..Math.Min(content.Length, MaxText)]);
            }

            if (format.Matches is not null && !format.Matches.IsMatch(text!))
            {
                continue;
            }

            KeyContent found = format.Check is not null ? format.Check(path, content, size)
                : !format.IsPrivate ? KeyContent.Public
                : format.Encrypted?.IsMatch(text!) == true ? KeyContent.EncryptedPrivate
                : KeyContent.Private;
            if (found is KeyContent.Private or KeyContent.EncryptedPrivate)
            {
                return new RecognisedKey(format.Id, IsPrivate: true, found == KeyContent.EncryptedPrivate);
            }

            if (found == KeyContent.Public)
            {
                publicKey ??= new RecognisedKey(format.Id, IsPrivate: false, IsEncrypted: false);
            }
        }

        return publicKey;
    }

    /// <summary>Whether more than the first bytes of a binary file must be read: a format begins like this, or has such a path.</summary>
    internal static bool MayBeBinaryKey(string path, ReadOnlySpan<byte> head)
    {
        foreach (KeyFormat format in KeyFormatCatalog.All)
        {
            if ((format.Begins.Length > 0 || format.Paths.Count > 0) && Suits(format, path, head))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Suits(KeyFormat format, string path, ReadOnlySpan<byte> content)
    {
        if (!content.StartsWith(format.Begins))
        {
            return false;
        }

        if (format.Paths.Count == 0)
        {
            return true;
        }

        foreach (string pattern in format.Paths)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}
