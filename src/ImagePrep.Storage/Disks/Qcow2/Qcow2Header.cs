using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>
/// The qcow2 file header, versions 2 and 3; all integers are big-endian. Field names in comments are those of the specification:
/// https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.rst
/// </summary>
internal sealed record Qcow2Header
{
    /// <summary>"QFI" and 0xFB.</summary>
    public const uint Magic = 0x514649FB;

    public const int SizeV2 = 72;

    /// <summary>Length of a version 3 header without the optional compression type.</summary>
    public const int SizeV3 = 104;

    /// <summary>How much to read so that every known field is there.</summary>
    public const int MaxSize = 112;

    public const int MinClusterBits = 9;

    /// <summary>2 MiB: QEMU's limit. It bounds every buffer that is sized by the cluster.</summary>
    public const int MaxClusterBits = 21;

    /// <summary>A subcluster is at least a sector of 512 bytes.</summary>
    public const int MinExtendedL2ClusterBits = 14;

    /// <summary>QEMU's limit: enough for 2 PiB of 64 KiB clusters.</summary>
    public const int MaxL1Bytes = 32 << 20;

    /// <summary>QEMU's limit.</summary>
    public const int MaxRefcountTableBytes = 8 << 20;

    /// <summary>QEMU's limit.</summary>
    public const int MaxSnapshots = 65536;

    /// <summary>QEMU's limit.</summary>
    public const int MaxBackingNameLength = 1023;

    private const string Structure = "qcow2 header";

    public uint Version { get; init; } = 3;

    /// <summary>backing_file_offset; 0 when there is none.</summary>
    public ulong BackingFileOffset { get; init; }

    /// <summary>backing_file_size.</summary>
    public uint BackingFileSize { get; init; }

    /// <summary>cluster_bits.</summary>
    public int ClusterBits { get; init; }

    /// <summary>size: the virtual disk in bytes.</summary>
    public long Size { get; init; }

    /// <summary>crypt_method: 0 none, 1 AES, 2 LUKS.</summary>
    public uint CryptMethod { get; init; }

    /// <summary>l1_size, in entries.</summary>
    public int L1Size { get; init; }

    public long L1TableOffset { get; init; }

    public long RefcountTableOffset { get; init; }

    public int RefcountTableClusters { get; init; }

    /// <summary>nb_snapshots.</summary>
    public int SnapshotCount { get; init; }

    public long SnapshotsOffset { get; init; }

    public ulong IncompatibleFeatures { get; init; }

    public ulong CompatibleFeatures { get; init; }

    public ulong AutoclearFeatures { get; init; }

    /// <summary>refcount_order: a reference count has 1 &lt;&lt; order bits.</summary>
    public int RefcountOrder { get; init; } = 4;

    public int HeaderLength { get; init; } = SizeV3;

    /// <summary>compression_type; absent means zlib.</summary>
    public byte CompressionType { get; init; }

    public int ClusterSize => 1 << ClusterBits;

    /// <summary>An L2 entry has two words: clusters are divided into 32 subclusters.</summary>
    public bool HasExtendedL2 => (IncompatibleFeatures & Qcow2Features.ExtendedL2) != 0;

    /// <summary>Entries of one L2 table, which fills one cluster, as a power of two.</summary>
    public int L2EntriesBits => ClusterBits - (HasExtendedL2 ? 4 : 3);

    public int L2Entries => 1 << L2EntriesBits;

    /// <summary>How many bytes of the disk one L2 table describes.</summary>
    public long BytesPerL2 => 1L << (ClusterBits + L2EntriesBits);

    /// <summary>The unit of allocation as a power of two: a subcluster, or a cluster where there are none.</summary>
    public int SubclusterBits => ClusterBits - SubclustersPerClusterBits;

    public int SubclustersPerClusterBits => HasExtendedL2 ? 5 : 0;

    public long SubclusterCount => DivideUp(Size, 1L << SubclusterBits);

    public long ClusterCount => DivideUp(Size, ClusterSize);

    /// <summary>L1 entries that the disk needs; l1_size may be larger.</summary>
    public int L1EntriesInUse => (int)DivideUp(Size, BytesPerL2);

    /// <summary>Reads a header and checks every field that can be judged without knowing the file. Features are judged by the reader.</summary>
    /// <param name="source">The first bytes of the file, up to <see cref="MaxSize"/>.</param>
    public static Qcow2Header Parse(ReadOnlySpan<byte> source)
    {
        Require(source, SizeV2);
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(source[Offsets.Magic..]);
        if (magic != Magic)
        {
            throw new CorruptImageException(CorruptKind.BadMagic, Structure, $"magic is 0x{magic:x8}, expected 0x{Magic:x8}.");
        }

        uint version = BinaryPrimitives.ReadUInt32BigEndian(source[Offsets.Version..]);
        if (version is not (2 or 3))
        {
            throw new UnsupportedImageException(UnsupportedKind.UnknownFeature, Structure, $"version is {version}; versions 2 and 3 are handled.");
        }

        Require(source, version == 2 ? SizeV2 : SizeV3);
        Qcow2Header header = ParseVersion2(source, version);
        header = version == 2 ? header with { HeaderLength = SizeV2 } : ParseVersion3(source, header);
        header.CheckRanges();
        return header;
    }

    /// <summary>How many bytes <see cref="WriteTo"/> writes for a version.</summary>
    public static int SizeOf(int version) => version == 2 ? SizeV2 : SizeV3;

    /// <summary>Writes a header of its version. Version 2 has no feature words, and reference counts of 16 bits.</summary>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination[Offsets.Magic..], Magic);
        BinaryPrimitives.WriteUInt32BigEndian(destination[Offsets.Version..], Version);
        BinaryPrimitives.WriteUInt64BigEndian(destination[Offsets.BackingFileOffset..], BackingFileOffset);
        BinaryPrimitives.WriteUInt32BigEndian(destination[Offsets.BackingFileSize..], BackingFileSize);
        BinaryPrimitives.WriteInt32BigEndian(destination[Offsets.ClusterBits..], ClusterBits);
        BinaryPrimitives.WriteInt64BigEndian(destination[Offsets.Size..], Size);
        BinaryPrimitives.WriteUInt32BigEndian(destination[Offsets.CryptMethod..], CryptMethod);
        BinaryPrimitives.WriteInt32BigEndian(destination[Offsets.L1Size..], L1Size);
        BinaryPrimitives.WriteInt64BigEndian(destination[Offsets.L1TableOffset..], L1TableOffset);
        BinaryPrimitives.WriteInt64BigEndian(destination[Offsets.RefcountTableOffset..], RefcountTableOffset);
        BinaryPrimitives.WriteInt32BigEndian(destination[Offsets.RefcountTableClusters..], RefcountTableClusters);
        BinaryPrimitives.WriteInt32BigEndian(destination[Offsets.SnapshotCount..], SnapshotCount);
        BinaryPrimitives.WriteInt64BigEndian(destination[Offsets.SnapshotsOffset..], SnapshotsOffset);
        if (Version == 2)
        {
            return;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination[Offsets.IncompatibleFeatures..], IncompatibleFeatures);
        BinaryPrimitives.WriteUInt64BigEndian(destination[Offsets.CompatibleFeatures..], CompatibleFeatures);
        BinaryPrimitives.WriteUInt64BigEndian(destination[Offsets.AutoclearFeatures..], AutoclearFeatures);
        BinaryPrimitives.WriteInt32BigEndian(destination[Offsets.RefcountOrder..], RefcountOrder);
        BinaryPrimitives.WriteInt32BigEndian(destination[Offsets.HeaderLength..], SizeV3);
    }

    public static long DivideUp(long value, long divisor) => (value / divisor) + (value % divisor == 0 ? 0 : 1);

    private static Qcow2Header ParseVersion2(ReadOnlySpan<byte> source, uint version) => new()
    {
        Version = version,
        BackingFileOffset = BinaryPrimitives.ReadUInt64BigEndian(source[Offsets.BackingFileOffset..]),
        BackingFileSize = BinaryPrimitives.ReadUInt32BigEndian(source[Offsets.BackingFileSize..]),
        ClusterBits = Number("cluster_bits", BinaryPrimitives.ReadUInt32BigEndian(source[Offsets.ClusterBits..]), MinClusterBits, MaxClusterBits),
        Size = FileOffset("size", BinaryPrimitives.ReadUInt64BigEndian(source[Offsets.Size..])),
        CryptMethod = BinaryPrimitives.ReadUInt32BigEndian(source[Offsets.CryptMethod..]),
        L1Size = Number("l1_size", BinaryPrimitives.ReadUInt32BigEndian(source[Offsets.L1Size..]), 0, MaxL1Bytes / sizeof(ulong)),
        L1TableOffset = FileOffset("l1_table_offset", BinaryPrimitives.ReadUInt64BigEndian(source[Offsets.L1TableOffset..])),
        RefcountTableOffset = FileOffset("refcount_table_offset", BinaryPrimitives.ReadUInt64BigEndian(source[Offsets.RefcountTableOffset..])),
        RefcountTableClusters = Number(
            "refcount_table_clusters", BinaryPrimitives.ReadUInt32BigEndian(source[Offsets.RefcountTableClusters..]), 0, MaxRefcountTableBytes >> MinClusterBits),
        SnapshotCount = Number("nb_snapshots", BinaryPrimitives.ReadUInt32BigEndian(source[Offsets.SnapshotCount..]), 0, MaxSnapshots),
        SnapshotsOffset = FileOffset("snapshots_offset", BinaryPrimitives.ReadUInt64BigEndian(source[Offsets.SnapshotsOffset..])),
    };

    private static Qcow2Header ParseVersion3(ReadOnlySpan<byte> source, Qcow2Header header)
    {
        int length = Number("header_length", BinaryPrimitives.ReadUInt32BigEndian(source[Offsets.HeaderLength..]), SizeV3, header.ClusterSize);
        if (length % 8 != 0)
        {
            throw CorruptImageException.OutOfRange(Structure, "header_length", length, "a multiple of 8");
        }

        return header with
        {
            IncompatibleFeatures = BinaryPrimitives.ReadUInt64BigEndian(source[Offsets.IncompatibleFeatures..]),
            CompatibleFeatures = BinaryPrimitives.ReadUInt64BigEndian(source[Offsets.CompatibleFeatures..]),
            AutoclearFeatures = BinaryPrimitives.ReadUInt64BigEndian(source[Offsets.AutoclearFeatures..]),
            RefcountOrder = Number("refcount_order", BinaryPrimitives.ReadUInt32BigEndian(source[Offsets.RefcountOrder..]), 0, 6),
            HeaderLength = length,
            CompressionType = length > Offsets.CompressionType && source.Length > Offsets.CompressionType ? source[Offsets.CompressionType] : (byte)0,
        };
    }

    private void CheckRanges()
    {
        CheckAligned("l1_table_offset", L1TableOffset);
        CheckAligned("refcount_table_offset", RefcountTableOffset);
        CheckAligned("snapshots_offset", SnapshotsOffset);
        if ((long)RefcountTableClusters << ClusterBits > Math.Max(MaxRefcountTableBytes, ClusterSize))
        {
            throw CorruptImageException.OutOfRange(Structure, "refcount_table_clusters", RefcountTableClusters, $"at most {MaxRefcountTableBytes >> 20} MiB");
        }

        if (HasExtendedL2 && ClusterBits < MinExtendedL2ClusterBits)
        {
            throw CorruptImageException.OutOfRange(Structure, "cluster_bits", ClusterBits, $"at least {MinExtendedL2ClusterBits} beside extended L2 entries");
        }

        if (DivideUp(Size, BytesPerL2) > L1Size)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, Structure, $"l1_size is {L1Size}, but a disk of {Size} bytes needs {DivideUp(Size, BytesPerL2)} entries.");
        }
    }

    private void CheckAligned(string field, long offset)
    {
        if ((offset & (ClusterSize - 1)) != 0)
        {
            throw CorruptImageException.OutOfRange(Structure, field, $"0x{offset:x}", $"a multiple of the cluster size {ClusterSize}");
        }
    }

    private static int Number(string field, uint found, int min, int max) =>
        found >= min && found <= max ? (int)found : throw CorruptImageException.OutOfRange(Structure, field, found, $"{min} to {max}");

    private static long FileOffset(string field, ulong found) =>
        found <= long.MaxValue ? (long)found : throw CorruptImageException.OutOfRange(Structure, field, $"0x{found:x}", "less than 2^63");

    private static void Require(ReadOnlySpan<byte> source, int needed)
    {
        if (source.Length < needed)
        {
            throw CorruptImageException.Truncated(Structure, needed, source.Length);
        }
    }

    /// <summary>Byte offsets in the header.</summary>
    public static class Offsets
    {
        public const int Magic = 0;
        public const int Version = 4;
        public const int BackingFileOffset = 8;
        public const int BackingFileSize = 16;
        public const int ClusterBits = 20;
        public const int Size = 24;
        public const int CryptMethod = 32;
        public const int L1Size = 36;
        public const int L1TableOffset = 40;
        public const int RefcountTableOffset = 48;
        public const int RefcountTableClusters = 56;
        public const int SnapshotCount = 60;
        public const int SnapshotsOffset = 64;
        public const int IncompatibleFeatures = 72;
        public const int CompatibleFeatures = 80;
        public const int AutoclearFeatures = 88;
        public const int RefcountOrder = 96;
        public const int HeaderLength = 100;
        public const int CompressionType = 104;
    }
}
