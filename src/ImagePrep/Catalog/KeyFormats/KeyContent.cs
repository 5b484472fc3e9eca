namespace ImagePrep.Catalog.KeyFormats;

/// <summary>What a check in code found in a file.</summary>
public enum KeyContent
{
    /// <summary>Not a file of this format.</summary>
    Other,

    /// <summary>A file of this format without a private part.</summary>
    Public,

    /// <summary>A private part that can be used as it is.</summary>
    Private,

    /// <summary>A private part that asks for a passphrase.</summary>
    EncryptedPrivate,
}

/// <summary>Looks at the structure of a file. It throws nothing, whatever the bytes are.</summary>
/// <param name="path">Guest path of the file.</param>
/// <param name="content">Its beginning, or all of it.</param>
/// <param name="size">Its whole size in bytes.</param>
public delegate KeyContent StructuralCheck(string path, ReadOnlySpan<byte> content, long size);
