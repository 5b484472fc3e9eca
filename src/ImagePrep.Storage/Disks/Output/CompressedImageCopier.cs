using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Qcow2;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>
/// Writes a disk as a compressed qcow2 file in one pass. How long a cluster becomes is known only when it is compressed, so data goes first, in disk
/// order, each L2 table behind the data it maps; L1 table and reference counts follow at the end, and the header is written last. Workers compress,
/// one thread places the results in order: the bytes do not depend on how many workers there are. The layout is described in docs/formats/qcow2.md.
/// </summary>
internal sealed class CompressedImageCopier : IImageCopier
{
    /// <summary>Clusters are handed to workers in runs of this many bytes, or one by one when they are larger.</summary>
    private const int ChunkSize = 256 << 10;

    private readonly IBlockReader _content;
    private readonly ClusterPlan _plan;
    private readonly Qcow2Geometry _geometry;
    private readonly SafeFileHandle _target;
    private readonly OutputOptions _options;
    private readonly Action<long> _report;
    private readonly CancellationToken _cancellation;
    private readonly HostClusterAllocator _allocator;
    private readonly ChunkQueue _queue;
    private readonly WorkerCrew _crew;
    private readonly int _half;
    private readonly ulong[] _l2;
    private readonly byte[] _l1;
    private int _table;
    private Task<string?> _digest = Task.FromResult<string?>(null);

    /// <param name="content">The disk.</param>
    /// <param name="plan">Its clusters.</param>
    /// <param name="target">A new file.</param>
    /// <param name="options">Version, backing file, number of workers, whether to hash.</param>
    /// <param name="report">Told the bytes of the disk behind each piece that was written.</param>
    /// <param name="cancellation">Stops between two chunks.</param>
    public CompressedImageCopier(
        IBlockReader content, ClusterPlan plan, SafeFileHandle target, OutputOptions options, Action<long> report, CancellationToken cancellation)
    {
        _content = content;
        _plan = plan;
        _geometry = new Qcow2Geometry(plan);
        _target = target;
        _options = options;
        _report = report;
        _cancellation = cancellation;
        _allocator = new HostClusterAllocator(plan.ClusterBits);
        _half = Math.Max(ChunkSize, plan.ClusterSize);
        _queue = new ChunkQueue(ChunksOf(plan, _half), buffers: (2 * options.WorkerCount) + 2, 2 * _half);
        _crew = new WorkerCrew(_queue);
        _l2 = new ulong[plan.ClusterSize / sizeof(ulong)];
        _l1 = new byte[_geometry.L1Clusters << plan.ClusterBits];
    }

    public long Length => _allocator.End;

    public void Write()
    {
        Task[] workers = [.. Enumerable.Range(0, _options.WorkerCount).Select(_ => _crew.Start(CompressChunks))];
        _crew.Run(PlaceChunks);
        Task.WaitAll(workers, CancellationToken.None);
        _crew.ThrowIfFailed();
        WriteTables();
        if (_options.ComputeDigest)
        {
            _digest = Task.Run<string?>(() => FileDigest.Sha256(_target, _cancellation), CancellationToken.None);
        }
    }

    public string? WaitForDigest() => _digest.GetAwaiter().GetResult();

    public void Abandon() => Task.WaitAny([_digest], CancellationToken.None);

    /// <summary>Runs of used clusters, whole ones: the last may reach beyond the end of the disk.</summary>
    private static IEnumerable<ByteRange> ChunksOf(ClusterPlan plan, int size)
    {
        foreach (ByteRange run in plan.Runs())
        {
            long end = Qcow2Header.DivideUp(run.End, plan.ClusterSize) << plan.ClusterBits;
            for (long start = run.Start; start < end; start += size)
            {
                yield return ByteRange.FromBounds(start, Math.Min(start + size, end));
            }
        }
    }

    private void CompressChunks()
    {
        while (_queue.Take() is { } chunk)
        {
            _cancellation.ThrowIfCancellationRequested();
            Span<byte> bytes = chunk.Bytes;
            int inside = (int)Math.Min(bytes.Length, _content.Length - chunk.Range.Start);
            _content.ReadAt(chunk.Range.Start, bytes[..inside]);
            bytes[inside..].Clear();
            int[] lengths = new int[bytes.Length >> _plan.ClusterBits];
            for (int i = 0; i < lengths.Length; i++)
            {
                int start = i << _plan.ClusterBits;
                lengths[i] = ClusterDeflater.Compress(bytes.Slice(start, _plan.ClusterSize), chunk.Buffer, _half + start);
            }

            chunk.CompressedLengths = lengths;
            _queue.Finish(chunk);
        }
    }

    private void PlaceChunks()
    {
        _allocator.Take(1);
        while (_queue.TakeFinished() is { } chunk)
        {
            for (int i = 0; i < chunk.CompressedLengths.Length; i++)
            {
                PlaceCluster(chunk, i);
            }

            _report(chunk.Range.Length);
            _queue.Release(chunk);
        }
    }

    private void PlaceCluster(Chunk chunk, int index)
    {
        int start = index << _plan.ClusterBits;
        int length = chunk.CompressedLengths[index];
        long cluster = (chunk.Range.Start + start) >> _plan.ClusterBits;
        int l1Index = (int)(cluster >> (_plan.ClusterBits - 3));
        while (_geometry.UsedL1[_table] != l1Index)
        {
            FinishL2();
        }

        ref ulong entry = ref _l2[cluster & (_l2.Length - 1)];
        if (length == _plan.ClusterSize)
        {
            long offset = _allocator.Take(1);
            entry = (ulong)offset | Qcow2ClusterEntry.Copied;
            RandomAccess.Write(_target, chunk.Buffer.AsSpan(start, length), offset);
        }
        else
        {
            (long offset, entry) = _allocator.Pack(length);
            RandomAccess.Write(_target, chunk.Buffer.AsSpan(_half + start, length), offset);
        }
    }

    /// <summary>Writes the table that is being filled, with the zeros that hide a backing file, and goes on to the next.</summary>
    private void FinishL2()
    {
        if (_plan.Mapped is { } mapped)
        {
            long first = (long)_geometry.UsedL1[_table] << (_plan.ClusterBits - 3);
            for (long cluster = mapped.NextUsed(first); cluster < Math.Min(first + _l2.Length, _plan.ClusterCount); cluster = mapped.NextUsed(cluster + 1))
            {
                ref ulong entry = ref _l2[cluster - first];
                entry = entry == 0 ? Qcow2ClusterEntry.ReadsAsZero : entry;
            }
        }

        long offset = _allocator.Take(1);
        WriteEntries(offset, _l2);
        BinaryPrimitives.WriteUInt64BigEndian(_l1.AsSpan(_geometry.UsedL1[_table] * sizeof(ulong)), (ulong)offset | Qcow2ClusterEntry.Copied);
        _l2.AsSpan().Clear();
        _table++;
    }

    private void WriteTables()
    {
        while (_table < _geometry.UsedL1.Length)
        {
            FinishL2();
        }

        long l1 = _allocator.Take(_geometry.L1Clusters);
        RandomAccess.Write(_target, _l1, l1);
        (long blocksOffset, IReadOnlyList<byte[]> blocks, long tableOffset, long tableClusters) = _allocator.Finish();
        ulong[] table = new ulong[(tableClusters << _plan.ClusterBits) / sizeof(ulong)];
        for (int i = 0; i < blocks.Count; i++)
        {
            table[i] = (ulong)(blocksOffset + ((long)i << _plan.ClusterBits));
            RandomAccess.Write(_target, blocks[i], (long)table[i]);
        }

        WriteEntries(tableOffset, table);
        RandomAccess.SetLength(_target, _allocator.End);
        Qcow2Header header = _geometry.Header(_options) with { L1TableOffset = l1, RefcountTableOffset = tableOffset, RefcountTableClusters = (int)tableClusters };
        RandomAccess.Write(_target, BackingFile.Head(header, _options.Backing), 0);
    }

    private void WriteEntries(long offset, ulong[] entries)
    {
        byte[] bytes = new byte[entries.Length * sizeof(ulong)];
        if (BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(entries, MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan()));
        }
        else
        {
            entries.CopyTo(MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan()));
        }

        RandomAccess.Write(_target, bytes, offset);
    }
}
