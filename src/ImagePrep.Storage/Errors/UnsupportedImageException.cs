namespace ImagePrep.Storage.Errors;

/// <summary>Why an image that may be perfectly healthy is not handled. Tests match the kind, people read the message.</summary>
public enum UnsupportedKind
{
    /// <summary>A feature bit or version this tool does not know.</summary>
    UnknownFeature,

    /// <summary>A known feature that is refused on purpose.</summary>
    Feature,

    /// <summary>The image names another host file (backing or external data file).</summary>
    OtherFile,

    /// <summary>The content is encrypted.</summary>
    Encrypted,

    /// <summary>Not an image format, partition table or file system that is handled.</summary>
    Format,

    /// <summary>The declared format and the content disagree, or two formats match.</summary>
    Ambiguous,

    /// <summary>The file system or image was not closed cleanly, or asks to be checked first.</summary>
    NeedsRepair,

    /// <summary>Larger than a named limit of this tool.</summary>
    Limit,

    /// <summary>A running program holds the image.</summary>
    InUse,

    /// <summary>The file system has no room left for the edit.</summary>
    NoSpace,
}

/// <summary>The image is not handled: nothing says that it is damaged. Exit code 3.</summary>
public sealed class UnsupportedImageException : Exception
{
    /// <param name="kind">Closed set for programs and tests.</param>
    /// <param name="structure">The on-disk structure in its specification's words.</param>
    /// <param name="message">What was found, why it is not handled, and what the user can do.</param>
    public UnsupportedImageException(UnsupportedKind kind, string structure, string message)
        : base($"{structure}: {message}")
    {
        Kind = kind;
        Structure = structure;
    }

    public UnsupportedKind Kind { get; }

    public string Structure { get; }
}
