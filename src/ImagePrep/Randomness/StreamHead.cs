namespace ImagePrep.Randomness;

/// <summary>The start of a stream, kept while the stream is read by somebody else: for showing what was tested.</summary>
public static class StreamHead
{
    /// <summary>Reads the first bytes, and gives a stream that still begins with them.</summary>
    /// <param name="stream">A file that can be sought is put back; of anything else what was read is handed out again.</param>
    /// <param name="length">Bytes at most.</param>
    /// <returns>The bytes, and the stream to go on with, which takes the place of the first.</returns>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static (byte[] Head, Stream Whole) Take(Stream stream, int length)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] head = new byte[length];
        long start = stream.CanSeek ? stream.Position : 0;
        int read = stream.ReadAtLeast(head, length, throwOnEndOfStream: false);
        head = head[..read];
        if (!stream.CanSeek)
        {
            return (head, new Continued(head, stream));
        }

        stream.Position = start;
        return (head, stream);
    }

    /// <summary>What was read already, then the rest.</summary>
    private sealed class Continued(byte[] head, Stream rest) : Stream
    {
        private int _given;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            if (_given == head.Length)
            {
                return rest.Read(buffer);
            }

            int count = Math.Min(buffer.Length, head.Length - _given);
            head.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
