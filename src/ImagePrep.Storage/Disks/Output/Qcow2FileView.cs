using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Qcow2;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>
/// A disk, presented as the bytes of a qcow2 file that holds it: header, refcount table, refcount blocks, L1 table, L2 tables, data in disk
/// order. Every byte is a function of the plan and its offset, so any part can be produced at any time, by any thread; nothing is kept in
/// memory but the plan. Reads start and end on 512-byte boundaries. The layout is described in docs/formats/qcow2.md.
/// </summary>
internal sealed class Qcow2FileView : IBlockReader
{
    private const int RefcountBytes = 2;

    private readonly IBlockReader _content;
    private readonly ClusterPlan _plan;
    private readonly ClusterPlan _mapped;
    private readonly int[] _l1Used;
    private readonly byte[] _head;
    private readonly long _refcountTable;
    private readonly long _refcountBlocks;
    private readonly long _l1;
    private readonly long _l2;
    private readonly long _data;

    public Qcow2FileView(IBlockReader content, ClusterPlan plan, OutputOptions options)
    {
        _content = content;
        _plan = plan;
        _mapped = plan.Mapped ?? plan;
        Qcow2Geometry geometry = new(plan);
        _l1Used = geometry.UsedL1;
        int bits = plan.ClusterBits;
        Qcow2Refcounts refcounts = geometry.MostRefcounts;
        _refcountTable = 1L << bits;
        _refcountBlocks = _refcountTable + (refcounts.TableClusters << bits);
        _l1 = _refcountBlocks + (refcounts.BlockClusters << bits);
        _l2 = _l1 + (geometry.L1Clusters << bits);
        _data = _l2 + ((long)_l1Used.Length << bits);
        Length = _data + (plan.UsedCount << bits);
        _head = BackingFile.Head(geometry.Header(options) with { L1TableOffset = _l1, RefcountTableOffset = _refcountTable, RefcountTableClusters = (int)refcounts.TableClusters }, options.Backing);
    }

    /// <summary>Length of the file in bytes.</summary>
    public long Length { get; }

    public void ReadAt(long offset, Span<byte> destination)
    {
        BlockBounds.Check(Length, offset, destination.Length);
        if ((offset | (uint)destination.Length) % Qcow2ClusterEntry.SectorSize != 0)
        {
            throw new ArgumentException("The file is produced in whole sectors.", nameof(offset));
        }

        while (!destination.IsEmpty)
        {
            long end = offset < _refcountTable ? _refcountTable
                : offset < _refcountBlocks ? _refcountBlocks
                : offset < _l1 ? _l1
                : offset < _l2 ? _l2
                : offset < _data ? _data
                : Length;
            Span<byte> part = destination[..(int)Math.Min(end - offset, destination.Length)];
            Fill(offset, part);
            offset += part.Length;
            destination = destination[part.Length..];
        }
    }

    public ByteRange NextData(long offset) => ByteRange.FromBounds(Math.Min(offset, Length), Length);

    private void Fill(long offset, Span<byte> part)
    {
        if (offset >= _data)
        {
            FillData(offset - _data, part);
            return;
        }

        part.Clear();
        if (offset >= _l2)
        {
            FillL2(offset - _l2, part);
        }
        else if (offset >= _l1)
        {
            FillL1(offset - _l1, part);
        }
        else if (offset >= _refcountBlocks)
        {
            FillRefcounts(offset - _refcountBlocks, part);
        }
        else if (offset >= _refcountTable)
        {
            FillRefcountTable(offset - _refcountTable, part);
        }
        else if (offset < _head.Length)
        {
            ReadOnlySpan<byte> rest = _head.AsSpan((int)offset);
            rest[..Math.Min(rest.Length, part.Length)].CopyTo(part);
        }
    }

    private void FillRefcountTable(long start, Span<byte> part)
    {
        long blocks = (_l1 - _refcountBlocks) >> _plan.ClusterBits;
        for (int i = 0; i < part.Length; i += sizeof(ulong))
        {
            long block = (start + i) / sizeof(ulong);
            if (block >= blocks)
            {
                break;
            }

            BinaryPrimitives.WriteInt64BigEndian(part[i..], _refcountBlocks + (block << _plan.ClusterBits));
        }
    }

    /// <summary>Every cluster of the file is used exactly once.</summary>
    private void FillRefcounts(long start, Span<byte> part)
    {
        long clusters = Length >> _plan.ClusterBits;
        long used = Math.Clamp(clusters - (start / RefcountBytes), 0, part.Length / RefcountBytes);
        MemoryMarshal.Cast<byte, ushort>(part)[..(int)used].Fill(BitConverter.IsLittleEndian ? (ushort)0x0100 : (ushort)1);
    }

    private void FillL1(long start, Span<byte> part)
    {
        long first = start / sizeof(ulong);
        long end = first + (part.Length / sizeof(ulong));
        int found = Array.BinarySearch(_l1Used, (int)first);
        for (int i = found < 0 ? ~found : found; i < _l1Used.Length && _l1Used[i] < end; i++)
        {
            ulong entry = (ulong)(_l2 + ((long)i << _plan.ClusterBits)) | Qcow2ClusterEntry.Copied;
            BinaryPrimitives.WriteUInt64BigEndian(part[(int)((_l1Used[i] - first) * sizeof(ulong))..], entry);
        }
    }

    private void FillL2(long start, Span<byte> part)
    {
        int entriesBits = _plan.ClusterBits - 3;
        while (!part.IsEmpty)
        {
            int table = (int)(start >> _plan.ClusterBits);
            int within = (int)(start & (_plan.ClusterSize - 1));
            int count = Math.Min(_plan.ClusterSize - within, part.Length);
            long first = ((long)_l1Used[table] << entriesBits) + (within / sizeof(ulong));
            FillEntries(first, part[..count]);
            start += count;
            part = part[count..];
        }
    }

    private void FillEntries(long first, Span<byte> part)
    {
        long end = Math.Min(first + (part.Length / sizeof(ulong)), _plan.ClusterCount);
        long used = _plan.NextUsed(first);
        long rank = used < end ? _plan.Rank(used) : 0;
        for (long cluster = _mapped.NextUsed(first); cluster < end; cluster = _mapped.NextUsed(cluster + 1))
        {
            ulong entry = Qcow2ClusterEntry.ReadsAsZero;
            if (cluster == used)
            {
                entry = (ulong)(_data + (rank << _plan.ClusterBits)) | Qcow2ClusterEntry.Copied;
                used = _plan.NextUsed(cluster + 1);
                rank++;
            }

            BinaryPrimitives.WriteUInt64BigEndian(part[(int)((cluster - first) * sizeof(ulong))..], entry);
        }
    }

    private void FillData(long start, Span<byte> part)
    {
        long cluster = _plan.Select(start >> _plan.ClusterBits);
        long within = start & (_plan.ClusterSize - 1);
        while (!part.IsEmpty)
        {
            long end = _plan.NextUnused(cluster);
            long from = (cluster << _plan.ClusterBits) + within;
            int count = (int)Math.Min((end << _plan.ClusterBits) - from, part.Length);

            // The last cluster of a disk may reach beyond its end.
            int inside = (int)Math.Clamp(_content.Length - from, 0, count);
            if (inside > 0)
            {
                _content.ReadAt(from, part[..inside]);
            }

            part[inside..count].Clear();
            part = part[count..];
            within = 0;
            cluster = _plan.NextUsed(end);
        }
    }
}
