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
/// bits 0 to x-1 host offset, bits x to 61 additional sectors, x = 62 - (cluster_bits - 8). "Cluster mapping" in
/// https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.rst
/// </summary>
internal readonly struct Qcow2ClusterEntry
{
    public const ulong Copied = 1UL << 63;
    public const ulong ReadsAsZero = 1;
    public const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    public const int SectorSize = 512;

    private const ulong CompressedFlag = 1UL << 62;
    private const ulong StandardReserved = 0x3F00_0000_0000_01FE;

    private readonly ulong _raw;

    private Qcow2ClusterEntry(ulong raw) => _raw = raw;

    public Qcow2ClusterKind Kind =>
        (_raw & CompressedFlag) != 0 ? Qcow2ClusterKind.Compressed
        : (_raw & ReadsAsZero) != 0 ? Qcow2ClusterKind.Zero
        : (_raw & OffsetMask) != 0 ? Qcow2ClusterKind.Data
        : Qcow2ClusterKind.Unallocated;

    /// <summary>Host offset of a standard cluster; 0 when none is kept.</summary>
    public long HostOffset => (long)(_raw & OffsetMask);

    /// <summary>The image says that nothing else uses the cluster (bit 63).</summary>
    public bool IsCopied => (_raw & Copied) != 0;

    /// <summary>An entry that <see cref="Parse"/> has seen before.</summary>
    public static Qcow2ClusterEntry FromChecked(ulong raw) => new(raw);

    /// <summary>Checks an entry against its file, so that using it later needs no check.</summary>
    public static Qcow2ClusterEntry Parse(ulong raw, Qcow2Header header, long fileLength)
    {
        Qcow2ClusterEntry entry = new(raw);
        if ((raw & CompressedFlag) != 0)
        {
            (long start, int _) = entry.CompressedRange(header.ClusterBits);
            return start < fileLength ? entry : throw BeyondFile(raw, start, fileLength);
        }

        if ((raw & StandardReserved) != 0)
        {
            throw Bad(raw, "reserved bits are set");
        }

        if ((raw & ReadsAsZero) != 0 && header.Version < 3)
        {
            throw Bad(raw, "a zero cluster in an image of version 2");
        }

        if ((entry.HostOffset & (header.ClusterSize - 1)) != 0)
        {
            throw Bad(raw, "the host offset is not on a cluster boundary");
        }

        return entry.HostOffset <= fileLength - header.ClusterSize || entry.HostOffset == 0
            ? entry
            : throw BeyondFile(raw, entry.HostOffset, fileLength);
    }

    /// <summary>First byte of a compressed stream and the bytes up to the end of its last sector.</summary>
    public (long Start, int Length) CompressedRange(int clusterBits)
    {
        int offsetBits = 62 - (clusterBits - 8);
        long start = (long)(_raw & ((1UL << offsetBits) - 1));
        long additional = (long)((_raw & (CompressedFlag - 1)) >> offsetBits);
        return (start, (int)(((additional + 1) * SectorSize) - (start % SectorSize)));
    }

    private static CorruptImageException BeyondFile(ulong raw, long offset, long fileLength) => new(
        CorruptKind.Truncated,
        "qcow2 L2 table",
        $"the entry 0x{raw:x16} needs host offset {offset}, but the file has {fileLength} bytes. The image may be cut off; copy it again.");

    private static CorruptImageException Bad(ulong raw, string what) =>
        new(CorruptKind.OutOfRange, "qcow2 L2 table", $"the entry 0x{raw:x16} is not possible: {what}. Check the image: qemu-img check -f qcow2 FILE");
}
