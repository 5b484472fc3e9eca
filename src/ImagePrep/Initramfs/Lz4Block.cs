using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>
/// Expands an lz4 block (lz4, doc/lz4_Block_format.md): sequences of literal bytes and a copy of bytes that came out before. The last sequence has no copy.
/// </summary>
internal static class Lz4Block
{
    private const string Structure = "lz4 block";
    private const int LongLength = 15;
    private const int MinMatch = 4;

    /// <summary>Returns how many bytes came out.</summary>
    /// <exception cref="CorruptImageException">Damaged, or more than <paramref name="target"/> holds.</exception>
    public static int Expand(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int read = 0;
        int written = 0;
        while (true)
        {
            int token = Next(source, ref read);
            int literals = Length(source, ref read, token >> 4);
            if (literals > source.Length - read || literals > target.Length - written)
            {
                throw Damaged("literals");
            }

            source.Slice(read, literals).CopyTo(target[written..]);
            read += literals;
            written += literals;
            if (read == source.Length)
            {
                return written;
            }

            if (source.Length - read < sizeof(ushort))
            {
                throw Damaged("offset");
            }

            int offset = BinaryPrimitives.ReadUInt16LittleEndian(source[read..]);
            read += sizeof(ushort);
            int length = Length(source, ref read, token & LongLength) + MinMatch;
            if (offset == 0 || offset > written || length > target.Length - written)
            {
                throw Damaged("copy");
            }

            CopyBack(target.Slice(written - offset, offset + length), offset);
            written += length;
        }
    }

    /// <summary>Repeats the first bytes of a span over the rest: a copy may reach into what it writes.</summary>
    private static void CopyBack(Span<byte> span, int period)
    {
        for (int done = period; done < span.Length;)
        {
            int count = Math.Min(done, span.Length - done);
            span[..count].CopyTo(span[done..]);
            done += count;
        }
    }

    private static int Length(ReadOnlySpan<byte> source, ref int read, int length)
    {
        for (int more = length == LongLength ? byte.MaxValue : 0; more == byte.MaxValue;)
        {
            // The source has a few MiB at most, so this cannot overflow.
            more = Next(source, ref read);
            length += more;
        }

        return length;
    }

    private static int Next(ReadOnlySpan<byte> source, ref int read) =>
        read < source.Length ? source[read++] : throw Damaged("end");

    private static CorruptImageException Damaged(string what) =>
        new(CorruptKind.OutOfRange, Structure, $"it is damaged ({what}).");
}
