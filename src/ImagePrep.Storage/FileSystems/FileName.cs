using System.Text;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems;

/// <summary>
/// One name in a directory: 1 to 255 bytes, neither NUL nor '/'. Linux names are bytes; they are kept as they are and shown as UTF-8.
/// </summary>
public readonly struct FileName : IEquatable<FileName>, IComparable<FileName>
{
    public const int MaxLength = 255;

    private readonly byte[] _bytes;

    /// <exception cref="ArgumentException">Empty, longer than 255 bytes, or holding NUL or '/'.</exception>
    public FileName(ReadOnlySpan<byte> bytes)
    {
        if (!IsValid(bytes))
        {
            throw new ArgumentException($"'{PrintableText.From(bytes)}' is not a file name: 1 to {MaxLength} bytes without NUL and '/'.", nameof(bytes));
        }

        _bytes = bytes.ToArray();
    }

    /// <inheritdoc cref="FileName(ReadOnlySpan{byte})"/>
    public FileName(string utf8)
        : this(Encoding.UTF8.GetBytes(utf8))
    {
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public static bool IsValid(ReadOnlySpan<byte> bytes) =>
        bytes.Length is > 0 and <= MaxLength && bytes.IndexOfAny((byte)0, (byte)'/') < 0;

    public static implicit operator FileName(string utf8) => new(utf8);

    public static FileName FromString(string utf8) => new(utf8);

    public static bool operator ==(FileName left, FileName right) => left.Equals(right);

    public static bool operator !=(FileName left, FileName right) => !left.Equals(right);

    public static bool operator <(FileName left, FileName right) => left.CompareTo(right) < 0;

    public static bool operator >(FileName left, FileName right) => left.CompareTo(right) > 0;

    public static bool operator <=(FileName left, FileName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(FileName left, FileName right) => left.CompareTo(right) >= 0;

    public bool Equals(FileName other) => Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is FileName other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Byte order, so that listings are the same on every machine.</summary>
    public int CompareTo(FileName other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>For people: UTF-8, with control characters and invalid bytes escaped as \xNN.</summary>
    public override string ToString() => PrintableText.From(_bytes);
}
