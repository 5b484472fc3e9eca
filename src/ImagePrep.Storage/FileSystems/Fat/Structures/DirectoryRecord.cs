using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Fat.Structures;

[Flags]
internal enum FatAttributes : byte
{
    None = 0,
    ReadOnly = 0x01,
    Hidden = 0x02,
    System = 0x04,
    VolumeId = 0x08,
    Directory = 0x10,
    Archive = 0x20,
}

/// <summary>The 32 bytes of one name in a directory (fatgen103, "FAT Directory Structure"). Bytes that are not ours survive an edit.</summary>
internal sealed class DirectoryRecord
{
    public const int Size = 32;

    /// <summary>First byte of a record that is not in use.</summary>
    public const byte Deleted = 0xE5;

    private const byte LongNameMask = 0x3F;
    private const byte LongNameAttributes = 0x0F;

    /// <param name="raw">Kept, not copied.</param>
    public DirectoryRecord(byte[] raw) => Raw = raw;

    public byte[] Raw { get; }

    /// <summary>DIR_Name: eight bytes and three, padded with spaces.</summary>
    public ReadOnlySpan<byte> ShortName => Raw.AsSpan(0, Names.ShortName.Length);

    /// <summary>DIR_Attr.</summary>
    public FatAttributes Attributes
    {
        get => (FatAttributes)Raw[Offsets.Attributes];
        set => Raw[Offsets.Attributes] = (byte)value;
    }

    /// <summary>DIR_NTRes: which halves of the short name are shown in lower case.</summary>
    public byte CaseFlags
    {
        get => Raw[Offsets.CaseFlags];
        set => Raw[Offsets.CaseFlags] = value;
    }

    public bool IsDirectory => Attributes.HasFlag(FatAttributes.Directory);

    public bool IsVolumeLabel => Attributes.HasFlag(FatAttributes.VolumeId);

    /// <summary>DIR_FstClusHI and DIR_FstClusLO; the upper half means something on FAT32 only.</summary>
    public uint FirstCluster(FatType type) => ((type == FatType.Fat32 ? (uint)U16(Offsets.FirstClusterHigh) : 0) << 16) | U16(Offsets.FirstClusterLow);

    public void SetFirstCluster(FatType type, uint cluster)
    {
        Set16(Offsets.FirstClusterLow, (ushort)(cluster & 0xFFFF));
        if (type == FatType.Fat32)
        {
            Set16(Offsets.FirstClusterHigh, (ushort)(cluster >> 16));
        }
    }

    /// <summary>DIR_FileSize; 0 for a directory.</summary>
    public uint FileSize
    {
        get => BinaryPrimitives.ReadUInt32LittleEndian(Raw.AsSpan(Offsets.FileSize));
        set => BinaryPrimitives.WriteUInt32LittleEndian(Raw.AsSpan(Offsets.FileSize), value);
    }

    public UnixTime Modified => FatTime.Decode(U16(Offsets.WriteDate), U16(Offsets.WriteTime));

    public UnixTime Accessed => FatTime.Decode(U16(Offsets.AccessDate), 0);

    public UnixTime Created => FatTime.Decode(U16(Offsets.CreateDate), U16(Offsets.CreateTime), Raw[Offsets.CreateTenths]);

    public static bool IsLongName(ReadOnlySpan<byte> raw) => (raw[Offsets.Attributes] & LongNameMask) == LongNameAttributes;

    public static DirectoryRecord Create(ReadOnlySpan<byte> shortName, byte caseFlags, FatAttributes attributes, UnixTime time)
    {
        DirectoryRecord record = new(new byte[Size]) { Attributes = attributes, CaseFlags = caseFlags };
        shortName.CopyTo(record.Raw);
        (ushort date, ushort clock, byte tenths) = FatTime.Encode(time);
        record.Raw[Offsets.CreateTenths] = tenths;
        record.Set16(Offsets.CreateTime, clock);
        record.Set16(Offsets.CreateDate, date);
        record.Touch(time);
        return record;
    }

    /// <summary>Sets the time of the last change, and the day of the last access with it.</summary>
    public void Touch(UnixTime time)
    {
        (ushort date, ushort clock, _) = FatTime.Encode(time);
        Set16(Offsets.WriteTime, clock);
        Set16(Offsets.WriteDate, date);
        Set16(Offsets.AccessDate, date);
    }

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Raw.AsSpan(offset));

    private void Set16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Raw.AsSpan(offset), value);

    internal static class Offsets
    {
        public const int Attributes = 11;
        public const int CaseFlags = 12;
        public const int CreateTenths = 13;
        public const int CreateTime = 14;
        public const int CreateDate = 16;
        public const int AccessDate = 18;
        public const int FirstClusterHigh = 20;
        public const int WriteTime = 22;
        public const int WriteDate = 24;
        public const int FirstClusterLow = 26;
        public const int FileSize = 28;
    }
}
