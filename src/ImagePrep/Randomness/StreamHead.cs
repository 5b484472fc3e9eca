using System.Security.Cryptography;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Randomness;

/// <summary>The first bytes of a stream, kept while somebody reads it: for showing what was tested. What was tested may be a seed in use, so it wipes itself.</summary>
public sealed class StreamHead : IDisposable
{
    private readonly byte[] _head;
    private int _length;

    private StreamHead(Stream stream, int length)
    {
        _head = GC.AllocateArray<byte>(length, pinned: true);
        Whole = length > 0 && !HoldsStill(stream) ? new Watched(stream, this) : stream;
    }

    /// <summary>The stream to read in place of the first.</summary>
    public Stream Whole { get; }

    /// <summary>Of a file the first bytes, of a pipe those of them that were read so far.</summary>
    public ReadOnlySpan<byte> Bytes => _head.AsSpan(0, _length);

    /// <param name="stream">A file is read here and put back; of any other stream nothing is taken that its reader does not ask for.</param>
    /// <param name="length">Bytes to keep at most; 0 keeps none.</param>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static StreamHead Of(Stream stream, int length)
    {
        ArgumentNullException.ThrowIfNull(stream);
        StreamHead head = new(stream, length);
        if (length > 0 && HoldsStill(stream))
        {
            long start = stream.Position;
            head._length = stream.ReadAtLeast(head._head, length, throwOnEndOfStream: false);
            stream.Position = start;
        }

        return head;
    }

    public void Dispose()
    {
        _length = 0;
        CryptographicOperations.ZeroMemory(_head);
    }

    /// <summary>Devices can be sought too, and give other bytes the second time; they have no length.</summary>
    private static bool HoldsStill(Stream stream) => stream.CanSeek && stream.Length > 0;

    private sealed class Watched(Stream stream, StreamHead head) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            int read = stream.Read(buffer);
            int kept = Math.Min(read, head._head.Length - head._length);
            buffer[..kept].CopyTo(head._head.AsSpan(head._length));
            head._length += kept;
            return read;
        }
    }
}
