using System.IO.Compression;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>
/// Compresses clusters as qcow2 wants them: raw deflate without header and checksum. The bytes depend on the cluster alone. .NET uses a window of
/// 32 KiB where QEMU writes with 4 KiB; QEMU expands a cluster in one call, for which zlib accepts both.
/// </summary>
internal static class ClusterDeflater
{
    /// <summary>Compresses a cluster into <paramref name="target"/>, which is as long. The length of the cluster itself means that it did not shrink.</summary>
    public static int Compress(ReadOnlySpan<byte> cluster, byte[] target, int start)
    {
        using BoundedStream output = new(target, start, cluster.Length - 1);
        using (DeflateStream deflate = new(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(cluster);
        }

        return output.IsFull ? cluster.Length : output.Count;
    }

    /// <summary>Takes what fits and drops the rest: an exception for each cluster that does not shrink would cost more than the compression.</summary>
    private sealed class BoundedStream(byte[] target, int start, int capacity) : Stream
    {
        public int Count { get; private set; }

        public bool IsFull { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Count;

        public override long Position
        {
            get => Count;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            IsFull |= buffer.Length > capacity - Count;
            if (!IsFull)
            {
                buffer.CopyTo(target.AsSpan(start + Count));
                Count += buffer.Length;
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
