using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ImagePrep.Storage.Disks.Raw;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>
/// The two-level map from disk clusters to host clusters. The L1 table stays in memory, L2 tables are kept in a cache of fixed size. Every
/// entry is checked when its table is read, so lookups need no checks. Lookups are lock-free: a cache slot is one reference to an
/// immutable table, and two threads that miss at once merely read the same table twice.
/// </summary>
internal sealed class Qcow2Tables
{
    /// <summary>Enough for every table of a 512 GiB image with 64 KiB clusters, and a third of the process's memory bar.</summary>
    private const long MaxCachedBytes = 64L << 20;

    private const ulong L1OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    private const ulong L1Reserved = 0x7F00_0000_0000_01FF;

    private readonly HostFile _file;
    private readonly Qcow2Header _header;
    private readonly long[] _l2Offsets;
    private readonly CachedTable?[] _cache;

    public Qcow2Tables(HostFile file, Qcow2Header header, long maxCachedBytes = MaxCachedBytes)
    {
        _file = file;
        _header = header;
        _l2Offsets = ReadL1();
        _cache = new CachedTable?[(int)Math.Clamp(maxCachedBytes >> header.ClusterBits, 1, Math.Max(1, _l2Offsets.Length))];
    }

    /// <summary>Host offsets of the L2 tables, 0 where none exists; as many as the disk needs.</summary>
    public ReadOnlySpan<long> L2Offsets => _l2Offsets;

    /// <summary>The entry of a disk cluster.</summary>
    public Qcow2ClusterEntry this[long cluster] => Table((int)(cluster >> _header.L2EntriesBits)) is { } table ? table[(int)(cluster & (_header.L2Entries - 1))] : default;

    /// <summary>How a subcluster of the disk is stored.</summary>
    public Qcow2ClusterKind Kind(long subcluster)
    {
        int bits = _header.SubclustersPerClusterBits;
        return this[subcluster >> bits].Kind((int)(subcluster & ((1L << bits) - 1)));
    }

    /// <summary>The L2 table for an L1 entry, or null when all its clusters are unallocated.</summary>
    public Qcow2L2Table? Table(int l1Index)
    {
        long offset = _l2Offsets[l1Index];
        if (offset == 0)
        {
            return null;
        }

        ref CachedTable? slot = ref _cache[l1Index % _cache.Length];
        CachedTable? cached = Volatile.Read(ref slot);
        if (cached is null || cached.L1Index != l1Index)
        {
            cached = new CachedTable(l1Index, Qcow2L2Table.Read(_file, offset, _header));
            Volatile.Write(ref slot, cached);
        }

        return cached.Table;
    }

    private long[] ReadL1()
    {
        const string Structure = "qcow2 L1 table";
        int count = _header.L1EntriesInUse;
        long needed = (long)_header.L1Size * sizeof(ulong);
        if (_header.L1TableOffset > _file.Length - needed)
        {
            throw CorruptImageException.Truncated(Structure, needed, Math.Max(0, _file.Length - _header.L1TableOffset));
        }

        if (count > 0 && _header.L1TableOffset < _header.ClusterSize)
        {
            throw new CorruptImageException(CorruptKind.Overlap, Structure, "l1_table_offset points into the header.");
        }

        long[] offsets = new long[count];
        Span<byte> bytes = MemoryMarshal.AsBytes(offsets.AsSpan());
        _file.ReadAt(_header.L1TableOffset, bytes);
        Span<ulong> raw = MemoryMarshal.Cast<long, ulong>(offsets.AsSpan());
        for (int i = 0; i < raw.Length; i++)
        {
            ulong entry = BinaryPrimitives.ReadUInt64BigEndian(bytes[(i * sizeof(ulong))..]);
            raw[i] = entry & L1OffsetMask;
            if ((entry & L1Reserved) != 0 || (offsets[i] & (_header.ClusterSize - 1)) != 0)
            {
                throw CorruptImageException.OutOfRange(Structure, $"entry {i}", $"0x{entry:x16}", "a cluster-aligned offset without reserved bits");
            }

            if (offsets[i] > _file.Length - _header.ClusterSize && offsets[i] != 0)
            {
                throw CorruptImageException.Truncated($"{Structure} entry {i}: the L2 table at {offsets[i]}", _header.ClusterSize, Math.Max(0, _file.Length - offsets[i]));
            }
        }

        return offsets;
    }

    private sealed record CachedTable(int L1Index, Qcow2L2Table Table);
}
