using System.IO.Compression;
using ImagePrep.Storage.Blocks.Native;
using ImagePrep.Storage.Disks.Raw;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>
/// Expands compressed clusters. Each thread keeps the last cluster it expanded, and only as much of it as was asked for, so that looking at
/// the first block of a cluster costs a fraction of the whole.
/// </summary>
internal sealed class ClusterInflater : IDisposable
{
    private readonly HostFile _file;
    private readonly Qcow2Header _header;
    private readonly ThreadLocal<Workspace> _workspace;

    public ClusterInflater(HostFile file, Qcow2Header header)
    {
        _file = file;
        _header = header;
        _workspace = new ThreadLocal<Workspace>(() => new Workspace(header.ClusterSize));
    }

    private bool IsZstd => _header.CompressionType == 1;

    /// <summary>Fills <paramref name="destination"/> from byte <paramref name="within"/> of the compressed cluster.</summary>
    public void Read(Qcow2ClusterEntry entry, int within, Span<byte> destination)
    {
        Workspace work = _workspace.Value!;
        (long start, int length) = entry.CompressedRange(_header.ClusterBits);
        int needed = within + destination.Length;
        if (work.Start == start && work.Valid >= needed)
        {
            work.Expanded.AsSpan(within, destination.Length).CopyTo(destination);
            return;
        }

        // The second request for the same cluster means that it is read in pieces: expand the rest as well.
        int wanted = work.Start == start || IsZstd ? _header.ClusterSize : needed;
        Span<byte> stream = work.Stream.AsSpan(0, (int)Math.Min(length, _file.Length - start));
        _file.ReadAt(start, stream);
        work.Start = -1;
        if (within == 0 && destination.Length == _header.ClusterSize)
        {
            Expand(work, stream.Length, start, destination);
            return;
        }

        Expand(work, stream.Length, start, work.Expanded.AsSpan(0, wanted));
        work.Start = start;
        work.Valid = wanted;
        work.Expanded.AsSpan(within, destination.Length).CopyTo(destination);
    }

    public void Dispose() => _workspace.Dispose();

    private void Expand(Workspace work, int streamLength, long start, Span<byte> target)
    {
        int produced = IsZstd
            ? LibZstd.Decompress(work.Zstd ??= LibZstd.CreateContext(), work.Stream.AsSpan(0, streamLength), target)
            : Inflate(work.Stream, streamLength, target);
        if (produced != target.Length)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent,
                "qcow2 compressed cluster",
                $"the stream at {start} is damaged: it gives {(produced < 0 ? "no" : produced)} bytes where {target.Length} are needed.");
        }
    }

    /// <summary>A raw deflate stream (no zlib header); what follows it in its last sector is not read as data.</summary>
    private static int Inflate(byte[] stream, int length, Span<byte> target)
    {
        try
        {
            using MemoryStream source = new(stream, 0, length, writable: false);
            using DeflateStream inflate = new(source, CompressionMode.Decompress);
            return inflate.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            return -1;
        }
    }

    private sealed class Workspace(int clusterSize)
    {
        /// <summary>Released by its finalizer: threads come and go, and a list of their workspaces would keep those of dead threads.</summary>
        public LibZstd.ZstdContext? Zstd { get; set; }

        /// <summary>The sector count of an entry can name at most this much: two clusters.</summary>
        public byte[] Stream { get; } = new byte[2 * clusterSize];

        public byte[] Expanded { get; } = new byte[clusterSize];

        /// <summary>Host offset of the stream in <see cref="Expanded"/>; offset 0 is the header, so -1 and 0 both mean none.</summary>
        public long Start { get; set; } = -1;

        public int Valid { get; set; }
    }
}
