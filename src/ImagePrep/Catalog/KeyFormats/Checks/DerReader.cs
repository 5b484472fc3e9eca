namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>Walks the elements of ASN.1 in BER or DER (X.690 section 8.1): tags of one byte, lengths of up to four.</summary>
internal ref struct DerReader(ReadOnlySpan<byte> content)
{
    public const byte Integer = 0x02;
    public const byte OctetString = 0x04;
    public const byte ObjectIdentifier = 0x06;
    public const byte Sequence = 0x30;

    private const int MaxLengthBytes = 4;
    private const byte Indefinite = 0x80;

    private ReadOnlySpan<byte> _rest = content;

    /// <summary>
    /// The content of the next element if it has this tag. An element that goes on behind what was read of the file, or is of indefinite length, ends
    /// with it.
    /// </summary>
    public bool TryRead(byte tag, out ReadOnlySpan<byte> element) => TryRead(tag, out element, out _);

    /// <inheritdoc cref="TryRead(byte, out ReadOnlySpan{byte})"/>
    /// <param name="tag">The tag that is expected.</param>
    /// <param name="element">The content.</param>
    /// <param name="fullLength">Header and content as they are said to be; -1 for an indefinite length.</param>
    public bool TryRead(byte tag, out ReadOnlySpan<byte> element, out long fullLength)
    {
        element = default;
        fullLength = -1;
        if (_rest.Length < 2 || _rest[0] != tag)
        {
            return false;
        }

        int header = 2;
        long length = _rest[1];
        if (length > Indefinite)
        {
            int bytes = (int)length - Indefinite;
            if (bytes > MaxLengthBytes || _rest.Length < header + bytes)
            {
                return false;
            }

            length = 0;
            for (int i = 0; i < bytes; i++)
            {
                length = (length << 8) | _rest[header + i];
            }

            header += bytes;
        }

        bool isIndefinite = _rest[1] == Indefinite;
        fullLength = isIndefinite ? -1 : header + length;
        int present = isIndefinite ? _rest.Length - header : (int)Math.Min(length, _rest.Length - header);
        element = _rest.Slice(header, present);
        _rest = _rest[(header + present)..];
        return true;
    }

    /// <summary>Whether the next element has this tag; it is not taken.</summary>
    public readonly bool IsAt(byte tag) => !_rest.IsEmpty && _rest[0] == tag;
}
