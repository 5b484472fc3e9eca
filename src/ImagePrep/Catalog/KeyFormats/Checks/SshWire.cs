using System.Buffers.Binary;

namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>Fields of SSH: a length of four bytes, most significant first, then that many bytes (RFC 4251 section 5, string and mpint).</summary>
internal ref struct SshWire(ReadOnlySpan<byte> content)
{
    private ReadOnlySpan<byte> _rest = content;

    /// <summary>The next field; false where the content ends before it does.</summary>
    public bool TryRead(out ReadOnlySpan<byte> field)
    {
        if (_rest.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32BigEndian(_rest) is uint length && length > _rest.Length - sizeof(uint))
        {
            field = default;
            return false;
        }

        field = _rest.Slice(sizeof(uint), (int)BinaryPrimitives.ReadUInt32BigEndian(_rest));
        _rest = _rest[(sizeof(uint) + field.Length)..];
        return true;
    }

    /// <summary>Whether all these fields follow, each with at least one byte.</summary>
    public bool TrySkip(int count)
    {
        for (; count > 0; count--)
        {
            if (!TryRead(out ReadOnlySpan<byte> field) || field.IsEmpty)
            {
                return false;
            }
        }

        return true;
    }
}
