namespace ImagePrep.Storage.Errors;

/// <summary>What kind of damage was found. Tests match the kind, people read the message.</summary>
public enum CorruptKind
{
    /// <summary>The structure ends before its last field, or lies beyond the end of the image.</summary>
    Truncated,

    /// <summary>A magic number or signature is wrong where the structure must be.</summary>
    BadMagic,

    /// <summary>A checksum does not match its content.</summary>
    BadChecksum,

    /// <summary>A field has a value outside the range its specification allows.</summary>
    OutOfRange,

    /// <summary>Two structures claim the same place.</summary>
    Overlap,

    /// <summary>A chain or tree visits more nodes than can exist: it loops, or it is far too deep.</summary>
    Loop,

    /// <summary>Two fields contradict each other.</summary>
    Inconsistent,
}

/// <summary>The image is damaged (or hostile): what was found contradicts its own format. Exit code 4.</summary>
public sealed class CorruptImageException : Exception
{
    /// <param name="kind">Closed set for programs and tests.</param>
    /// <param name="structure">The on-disk structure in its specification's words, such as "qcow2 header".</param>
    /// <param name="message">Field, offset, found and expected, and what the user can do.</param>
    public CorruptImageException(CorruptKind kind, string structure, string message)
        : base($"{structure}: {message}")
    {
        Kind = kind;
        Structure = structure;
    }

    public CorruptKind Kind { get; }

    public string Structure { get; }

    /// <summary>A field outside its range: names the field, its value and what was expected.</summary>
    public static CorruptImageException OutOfRange(string structure, string field, object found, string expected) =>
        new(CorruptKind.OutOfRange, structure, $"{field} is {found}, expected {expected}.");

    /// <summary>A checksum mismatch, both values in hexadecimal.</summary>
    public static CorruptImageException BadChecksum(string structure, string field, ulong found, ulong computed) =>
        new(CorruptKind.BadChecksum, structure, $"{field} is 0x{found:x8}, the content gives 0x{computed:x8}.");

    /// <summary>The bytes end too early.</summary>
    public static CorruptImageException Truncated(string structure, long needed, long available) =>
        new(CorruptKind.Truncated, structure, $"{needed} bytes are needed, {available} are there. The image may be cut off; copy it again.");

    /// <summary>A walk exceeded the number of nodes that can exist.</summary>
    public static CorruptImageException Loop(string structure, string walk, long limit) =>
        new(CorruptKind.Loop, structure, $"{walk} has more than {limit} entries, so it loops or is damaged.");
}
