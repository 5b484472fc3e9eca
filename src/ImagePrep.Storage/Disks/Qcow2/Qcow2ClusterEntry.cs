using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>How a cluster of the disk is stored.</summary>
internal enum Qcow2ClusterKind
{
    /// <summary>Not in this file: zero, or what a backing disk holds.</summary>
    Unallocated,

    /// <summary>Reads as zero, whether or not host space is kept for it.</summary>
    Zero,

    /// <summary>One whole host cluster.</summary>
    Data,

    /// <summary>A compressed stream that starts at any byte and is counted in 512-byte sectors.</summary>
    Compressed,
}

/// <summary>
/// An L2 table entry. Standard: bit 0 reads as zero (version 3), bits 9-55 host offset, bit 63 "reference count is 1". Compressed (bit 62):
/// bits 0 to x-1 host offset, bits x to 61 additional sectors, x = 62 - (cluster_bits - 8). With extended L2 entries a second word follows:
/// bits 0-31 say which subclusters are allocated, bits 32-63 which read as zero. Elsewhere the whole cluster counts as its only subcluster.
/// "Cluster mapping" in https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.rst
/// </summary>
internal readonly record struct Qcow2ClusterEntry
{
    public const ulong Copied = 1UL << 63;
    public const ulong ReadsAsZero = 1;
    public const ulong CompressedFlag = 1UL << 62;
    public const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    public const int SectorSize = 512;

    private const string Structure = "qcow2 L2 table";
    private const ulong StandardReserved = 0x3F00_0000_0000_01FE;

    private readonly ulong _raw;
    private readonly uint _allocated;
    private readonly uint _zero;

    private Qcow2ClusterEntry(ulong raw, uint allocated, uint zero)
    {
        _raw = raw;
        _allocated = allocated;
        _zero = zero;
    }

    /// <summary>Host offset of a standard cluster; 0 when none is kept.</summary>
    public long HostOffset => (long)(_raw & OffsetMask);

    /// <summary>The image says that nothing else uses the cluster (bit 63).</summary>
    public bool IsCopied => (_raw & Copied) != 0;

    public bool IsCompressed => (_raw & CompressedFlag) != 0;

    /// <summary>Nothing of the cluster is in this file.</summary>
    public bool IsAbsent => !IsCompressed && (_allocated | _zero) == 0;

    /// <summary>An entry of one word that <see cref="Check"/> has seen before.</summary>
    public static Qcow2ClusterEntry FromStandard(ulong raw)
    {
        uint zero = (uint)(raw & ReadsAsZero);
        return new Qcow2ClusterEntry(raw, allocated: (raw & OffsetMask) != 0 ? 1 ^ zero : 0, zero);
    }

    /// <summary>An entry of two words that <see cref="Check"/> has seen before.</summary>
    public static Qcow2ClusterEntry FromExtended(ulong raw, ulong bitmap) => new(raw, (uint)(bitmap & uint.MaxValue), (uint)(bitmap >> 32));

    /// <summary>How a subcluster is stored.</summary>
    public Qcow2ClusterKind Kind(int subcluster) =>
        IsCompressed ? Qcow2ClusterKind.Compressed
        : ((_zero >> subcluster) & 1) != 0 ? Qcow2ClusterKind.Zero
        : ((_allocated >> subcluster) & 1) != 0 ? Qcow2ClusterKind.Data
        : Qcow2ClusterKind.Unallocated;

    /// <summary>Checks an entry against its file, so that using it later needs no check.</summary>
    public void Check(Qcow2Header header, long fileLength)
    {
        if (IsCompressed)
        {
            CheckCompressed(header, fileLength);
            return;
        }

        if ((_raw & StandardReserved) != 0)
        {
            throw Bad("reserved bits are set");
        }

        if (header.HasExtendedL2)
        {
            CheckSubclusters();
        }
        else if ((_raw & ReadsAsZero) != 0 && header.Version < 3)
        {
            throw Bad("a zero cluster in an image of version 2");
        }

        if ((HostOffset & (header.ClusterSize - 1)) != 0)
        {
            throw Bad("the host offset is not on a cluster boundary");
        }

        if (HostOffset > fileLength - BytesInFile(header) && HostOffset != 0)
        {
            throw BeyondFile(HostOffset, fileLength);
        }
    }

    /// <summary>QEMU writes subclusters one by one: a file may end behind the last one that is allocated.</summary>
    private long BytesInFile(Qcow2Header header) => !header.HasExtendedL2 ? header.ClusterSize
        : _allocated == 0 ? 1
        : (long)(1 + System.Numerics.BitOperations.Log2(_allocated)) << header.SubclusterBits;

    /// <summary>How many bits of a compressed entry hold the offset; the sectors stand above them.</summary>
    public static int CompressedOffsetBits(int clusterBits) => 62 - (clusterBits - 8);

    /// <summary>First byte of a compressed stream and the bytes up to the end of its last sector.</summary>
    public (long Start, int Length) CompressedRange(int clusterBits)
    {
        int offsetBits = CompressedOffsetBits(clusterBits);
        long start = (long)(_raw & ((1UL << offsetBits) - 1));
        long additional = (long)((_raw & (CompressedFlag - 1)) >> offsetBits);
        return (start, (int)(((additional + 1) * SectorSize) - (start % SectorSize)));
    }

    private void CheckCompressed(Qcow2Header header, long fileLength)
    {
        if (header.HasExtendedL2 && (_allocated | _zero) != 0)
        {
            throw Bad("a compressed cluster has no subclusters, but some are marked");
        }

        (long start, int _) = CompressedRange(header.ClusterBits);
        if (start >= fileLength)
        {
            throw BeyondFile(start, fileLength);
        }
    }

    private void CheckSubclusters()
    {
        if ((_raw & ReadsAsZero) != 0)
        {
            throw Bad("the zero bit of the whole cluster does not exist beside subclusters");
        }

        if ((_allocated & _zero) != 0)
        {
            throw Bad($"subcluster {System.Numerics.BitOperations.TrailingZeroCount(_allocated & _zero)} is both allocated and zero");
        }

        if (_allocated != 0 && HostOffset == 0)
        {
            throw Bad("subclusters are allocated without a host cluster");
        }
    }

    private CorruptImageException BeyondFile(long offset, long fileLength) => new(
        CorruptKind.Truncated,
        Structure,
        $"the entry 0x{_raw:x16} needs host offset {offset}, but the file has {fileLength} bytes. The image may be cut off; copy it again.");

    private CorruptImageException Bad(string what) =>
        new(CorruptKind.OutOfRange, Structure, $"the entry 0x{_raw:x16} is not possible: {what}. Check the image: qemu-img check -f qcow2 FILE");
}
