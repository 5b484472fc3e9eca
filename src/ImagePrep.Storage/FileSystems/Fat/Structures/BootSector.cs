using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Fat.Structures;

internal enum FatType
{
    Fat12 = 12,
    Fat16 = 16,
    Fat32 = 32,
}

/// <summary>
/// Boot sector with the BIOS parameter block, little-endian (Microsoft fatgen103, "Boot Sector and BPB"). Field names are the specification's.
/// </summary>
internal sealed class BootSector
{
    /// <summary>The fields lie in the first 512 bytes, whatever the sector size.</summary>
    public const int Size = 512;

    private const string Structure = "FAT boot sector";
    private const int SmallestSector = 512;
    private const int LargestSector = 4096;
    private const byte StateDirty = 0x01;
    private const byte StateErrors = 0x02;

    private readonly byte[] _raw;

    private BootSector(ReadOnlySpan<byte> raw) => _raw = raw[..Size].ToArray();

    public FatType Type { get; private set; }

    /// <summary>BPB_BytsPerSec.</summary>
    public int BytesPerSector => U16(Offsets.BytesPerSector);

    /// <summary>BPB_SecPerClus.</summary>
    public int SectorsPerCluster => _raw[Offsets.SectorsPerCluster];

    public int ClusterSize => BytesPerSector * SectorsPerCluster;

    /// <summary>BPB_RsvdSecCnt.</summary>
    public int ReservedSectors => U16(Offsets.ReservedSectors);

    /// <summary>BPB_NumFATs.</summary>
    public int TableCount => _raw[Offsets.TableCount];

    /// <summary>BPB_RootEntCnt: records of the fixed root directory; 0 on FAT32.</summary>
    public int RootRecords => U16(Offsets.RootRecords);

    /// <summary>BPB_TotSec16 or BPB_TotSec32.</summary>
    public uint TotalSectors => U16(Offsets.TotalSectors16) != 0 ? U16(Offsets.TotalSectors16) : U32(Offsets.TotalSectors32);

    /// <summary>BPB_FATSz16 or BPB_FATSz32.</summary>
    public uint SectorsPerTable => HasFat32Layout ? U32(Offsets.SectorsPerTable32) : U16(Offsets.SectorsPerTable16);

    /// <summary>BPB_RootClus, FAT32 only.</summary>
    public uint RootCluster => HasFat32Layout ? U32(Offsets.RootCluster) : 0;

    /// <summary>BPB_FSInfo; 0 when there is none.</summary>
    public int InfoSector => OptionalSector(Offsets.InfoSector);

    /// <summary>BPB_BkBootSec; 0 when there is none.</summary>
    public int BackupSector => OptionalSector(Offsets.BackupSector);

    /// <summary>BPB_ExtFlags bit 7 clear: every table is kept the same.</summary>
    public bool IsMirrored => !HasFat32Layout || (U16(Offsets.ExtendedFlags) & 0x80) == 0;

    /// <summary>The table that counts: the first, or the one that BPB_ExtFlags names.</summary>
    public int ActiveTable => IsMirrored ? 0 : U16(Offsets.ExtendedFlags) & 0x0F;

    /// <summary>First sector of the fixed root directory, or of the clusters where there is none.</summary>
    public long RootSector => ReservedSectors + ((long)TableCount * SectorsPerTable);

    public long FirstDataSector => RootSector + (((long)RootRecords * DirectoryRecord.Size) / BytesPerSector);

    public uint ClusterCount { get; private set; }

    /// <summary>BS_VolID as blkid and udev print it; empty when it is 0.</summary>
    public string VolumeId
    {
        get
        {
            uint id = U32(HasFat32Layout ? Offsets.VolumeId32 : Offsets.VolumeId16);
            return id == 0 ? "" : $"{id >> 16:X4}-{id & 0xFFFF:X4}";
        }
    }

    /// <summary>The bit in which Linux notes that the volume is mounted, and that an error was met (BS_Reserved1).</summary>
    public bool IsMarkedDirty => (_raw[HasFat32Layout ? Offsets.State32 : Offsets.State16] & (StateDirty | StateErrors)) != 0;

    private bool HasFat32Layout => U16(Offsets.SectorsPerTable16) == 0;

    /// <summary>
    /// Whether a sector has everything that Linux asks of a FAT boot sector, and its signature. The text "FAT16" in it proves nothing and is not asked.
    /// </summary>
    public static bool LooksLikeOne(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < Size)
        {
            return false;
        }

        BootSector sector = new(raw);
        return raw[510] == 0x55 && raw[511] == 0xAA
            && raw[0] is 0xEB or 0xE9
            && IsPowerOfTwo(sector.BytesPerSector) && sector.BytesPerSector is >= SmallestSector and <= LargestSector
            && IsPowerOfTwo(sector.SectorsPerCluster)
            && sector.ReservedSectors > 0
            && sector.TableCount > 0
            && sector.SectorsPerTable > 0
            && IsMedia(raw[Offsets.Media]);
    }

    /// <param name="raw">At least <see cref="Size"/> bytes.</param>
    /// <param name="deviceLength">Bytes of the device the file system lies on.</param>
    /// <exception cref="CorruptImageException">A field contradicts the specification, another field or the device.</exception>
    /// <exception cref="UnsupportedImageException">A version or layout that is not known.</exception>
    public static BootSector Parse(ReadOnlySpan<byte> raw, long deviceLength)
    {
        if (raw.Length < Size)
        {
            throw CorruptImageException.Truncated(Structure, Size, raw.Length);
        }

        if (raw[510] != 0x55 || raw[511] != 0xAA)
        {
            throw new CorruptImageException(CorruptKind.BadMagic, Structure, $"the signature is 0x{raw[510]:x2}{raw[511]:x2}, expected 0x55aa.");
        }

        BootSector sector = new(raw);
        sector.CheckGeometry();
        sector.CountClusters();
        sector.CheckFat32();
        sector.CheckTables();
        long end = sector.TotalSectors * (long)sector.BytesPerSector;
        return end <= deviceLength ? sector : throw CorruptImageException.Truncated(Structure, end, deviceLength);
    }

    private static bool IsPowerOfTwo(int value) => int.IsPow2(value);

    private static bool IsMedia(byte media) => media is 0xF0 or >= 0xF8;

    private void CheckGeometry()
    {
        Require(BytesPerSector is >= SmallestSector and <= LargestSector && IsPowerOfTwo(BytesPerSector), "BPB_BytsPerSec", BytesPerSector, "512, 1024, 2048 or 4096");
        Require(IsPowerOfTwo(SectorsPerCluster), "BPB_SecPerClus", SectorsPerCluster, "a power of two from 1 to 128");
        Require(ReservedSectors > 0, "BPB_RsvdSecCnt", ReservedSectors, "at least 1");
        Require(TableCount > 0, "BPB_NumFATs", TableCount, "at least 1");
        if (TableCount > FatLimits.MaxTables)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, Structure, $"BPB_NumFATs is {TableCount}; up to {FatLimits.MaxTables} tables are handled. Make the file system again with mkfs.fat.");
        }

        Require(IsMedia(_raw[Offsets.Media]), "BPB_Media", $"0x{_raw[Offsets.Media]:x2}", "0xf0 or 0xf8 to 0xff");
        Require(SectorsPerTable > 0, "BPB_FATSz", 0, "at least 1");
        Require(TotalSectors > 0, "BPB_TotSec", 0, "at least 1");
        Require(RootRecords * DirectoryRecord.Size % BytesPerSector == 0, "BPB_RootEntCnt", RootRecords, "a whole number of sectors of records");
        if (!HasFat32Layout)
        {
            Require(RootRecords > 0, "BPB_RootEntCnt", 0, "at least one sector of records");
        }
    }

    /// <summary>
    /// The type follows from the count of clusters alone. A BPB without a 16-bit table size has the FAT32 layout whatever the count: mkfs.fat -F 32
    /// makes such volumes below the specification's minimum, and Linux and firmware read them as FAT32.
    /// </summary>
    private void CountClusters()
    {
        Require(FirstDataSector < TotalSectors, "the first data sector", FirstDataSector, $"less than BPB_TotSec, {TotalSectors}");
        long count = (TotalSectors - FirstDataSector) / SectorsPerCluster;
        Require(count > 0, "the count of clusters", count, "at least 1");
        if (HasFat32Layout)
        {
            Type = FatType.Fat32;
            Require(count <= FatLimits.MaxFat32Clusters, "the count of clusters", count, $"at most {FatLimits.MaxFat32Clusters}");
        }
        else
        {
            Type = count < FatLimits.MinFat16Clusters ? FatType.Fat12 : FatType.Fat16;
            Require(count < FatLimits.MinFat32Clusters, "the count of clusters with a 16-bit BPB_FATSz16", count, $"less than {FatLimits.MinFat32Clusters}");
        }

        ClusterCount = (uint)count;
    }

    private void CheckFat32()
    {
        if (Type != FatType.Fat32)
        {
            return;
        }

        if (U16(Offsets.Version) != 0)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.UnknownFeature, Structure, $"BPB_FSVer is {U16(Offsets.Version)}, and only 0 is known. Make the file system again with mkfs.fat.");
        }

        Require(RootRecords == 0, "BPB_RootEntCnt of FAT32", RootRecords, "0");
        Require(RootCluster >= 2 && RootCluster - 2 < ClusterCount, "BPB_RootClus", RootCluster, $"2 to {ClusterCount + 1}");
        Require(InfoSector < ReservedSectors, "BPB_FSInfo", InfoSector, $"inside the {ReservedSectors} reserved sectors");
        Require(BackupSector < ReservedSectors, "BPB_BkBootSec", BackupSector, $"inside the {ReservedSectors} reserved sectors");
        Require(ActiveTable < TableCount, "the active table in BPB_ExtFlags", ActiveTable, $"less than {TableCount}");
    }

    private void CheckTables()
    {
        long bits = (ClusterCount + 2L) * (int)Type;
        long room = (long)SectorsPerTable * BytesPerSector * 8;
        if (bits > room)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, Structure, $"BPB_FATSz {SectorsPerTable} has room for {room / (int)Type} entries, {ClusterCount} clusters need {ClusterCount + 2L}.");
        }
    }

    private static void Require(bool good, string field, object found, string expected)
    {
        if (!good)
        {
            throw CorruptImageException.OutOfRange(Structure, field, found, expected);
        }
    }

    // Both 0 and 0xffff say that there is none.
    private int OptionalSector(int offset) => HasFat32Layout && U16(offset) != 0xFFFF ? U16(offset) : 0;

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_raw.AsSpan(offset));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_raw.AsSpan(offset));

    internal static class Offsets
    {
        public const int BytesPerSector = 11;
        public const int SectorsPerCluster = 13;
        public const int ReservedSectors = 14;
        public const int TableCount = 16;
        public const int RootRecords = 17;
        public const int TotalSectors16 = 19;
        public const int Media = 21;
        public const int SectorsPerTable16 = 22;
        public const int TotalSectors32 = 32;
        public const int State16 = 37;
        public const int VolumeId16 = 39;
        public const int SectorsPerTable32 = 36;
        public const int ExtendedFlags = 40;
        public const int Version = 42;
        public const int RootCluster = 44;
        public const int InfoSector = 48;
        public const int BackupSector = 50;
        public const int State32 = 65;
        public const int VolumeId32 = 67;
    }
}
