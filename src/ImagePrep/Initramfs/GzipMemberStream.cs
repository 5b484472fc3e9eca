using System.Buffers.Binary;
using System.IO.Compression;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>
/// The content of one gzip member (RFC 1952), as the kernel reads it (lib/decompress_inflate.c): of the header's optional fields it knows the file name,
/// and it does not look at the checksum. At its end the source stands right behind the member, whatever follows.
/// </summary>
internal sealed class GzipMemberStream : ReadOnlyStream
{
    private const string Structure = "gzip member";
    private const int HeaderSize = 10;
    private const int TrailerSize = 8;
    private const byte TextFlag = 1;
    private const byte NameFlag = 8;

    private readonly Stream _source;
    private readonly long _start;
    private readonly PiecewiseStream _pieces;
    private readonly DeflateStream _inflater;
    private long _expanded;
    private bool _ended;

    /// <param name="source">Stands at the first byte of the member. It can seek, and stays open.</param>
    /// <exception cref="CorruptImageException">No gzip header.</exception>
    /// <exception cref="UnsupportedImageException">A header that the kernel would not take.</exception>
    public GzipMemberStream(Stream source)
    {
        _source = source;
        ReadHeader(source);
        _start = source.Position;
        _pieces = new PiecewiseStream(source);
        _inflater = new DeflateStream(_pieces, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <exception cref="CorruptImageException">The member is damaged or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_ended || buffer.IsEmpty)
        {
            return 0;
        }

        int read;
        try
        {
            read = _inflater.Read(buffer);
        }
        catch (InvalidDataException exception)
        {
            throw new CorruptImageException(CorruptKind.Inconsistent, Structure, $"the stream is damaged or cut off ({exception.Message}).");
        }

        _expanded += read;
        if (read == 0)
        {
            _ended = true;
            _source.Position = FindEnd();
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inflater.Dispose();
            _pieces.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void ReadHeader(Stream source)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        int read = source.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false);
        if (read < HeaderSize)
        {
            throw CorruptImageException.Truncated(Structure, HeaderSize, read);
        }

        if (header is not [0x1F, 0x8B, 8, ..])
        {
            throw new CorruptImageException(CorruptKind.BadMagic, Structure, "the header does not begin with 1F 8B 08.");
        }

        if ((header[3] & ~(TextFlag | NameFlag)) != 0)
        {
            throw new UnsupportedImageException(UnsupportedKind.Feature, Structure, $"the header has fields (flags 0x{header[3]:x2}) that the kernel does not take.");
        }

        for (int length = 0; (header[3] & NameFlag) != 0 && source.ReadByte() is not 0 and int next; length++)
        {
            if (next < 0 || length == InitramfsLimits.MaxName)
            {
                throw CorruptImageException.OutOfRange(Structure, "length of the file name", length, "an end before");
            }
        }
    }

    /// <summary>
    /// .NET does not tell how much of its input an inflater used, so the end is looked for: it lies in the last piece handed out, where the trailer
    /// holds the count of bytes that came out.
    /// </summary>
    private long FindEnd()
    {
        byte[] rest = new byte[_pieces.LastPiece + TrailerSize];
        long restStart = _start + _pieces.Given - _pieces.LastPiece;
        _source.Position = restStart;
        int length = _source.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false);
        Span<byte> size = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)(_expanded & uint.MaxValue));
        const int SizeInTrailer = TrailerSize - sizeof(uint);
        int found = length < TrailerSize ? -1 : rest.AsSpan(SizeInTrailer, length - SizeInTrailer).IndexOf(size);
        return found >= 0
            ? restStart + found + TrailerSize
            : throw new CorruptImageException(CorruptKind.Truncated, Structure, $"no trailer after {_expanded} bytes of content: the stream is damaged or cut off.");
    }

    /// <summary>Hands out small pieces, so that the last one tells where reading ended; the source is read in large ones all the same.</summary>
    private sealed class PiecewiseStream(Stream source) : ReadOnlyStream
    {
        private const int MaxPiece = 512;

        private readonly byte[] _buffer = new byte[64 << 10];
        private int _next;
        private int _filled;

        public long Given { get; private set; }

        public int LastPiece { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (_next == _filled)
            {
                (_next, _filled) = (0, source.Read(_buffer));
            }

            int count = Math.Min(Math.Min(MaxPiece, buffer.Length), _filled - _next);
            if (count > 0)
            {
                _buffer.AsSpan(_next, count).CopyTo(buffer);
                _next += count;
                Given += count;
                LastPiece = count;
            }

            return count;
        }
    }
}
