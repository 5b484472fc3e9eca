using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ImagePrep.Storage.Partitions.Mbr;

/// <summary>One of the four entries of an MBR or EBR. All 16 bytes have a meaning, so parsing and writing lose nothing.</summary>
/// <seealso href="https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html#legacy-master-boot-record-mbr"/>
/// <param name="Status">BootIndicator: 0x80 is active, 0 is not, all else is no partition entry.</param>
/// <param name="FirstChs">StartingCHS.</param>
/// <param name="Type">OSType.</param>
/// <param name="LastChs">EndingCHS.</param>
/// <param name="FirstSector">StartingLBA: relative to the disk in an MBR; see <see cref="ExtendedChain"/> for EBRs.</param>
/// <param name="SectorCount">SizeInLBA.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MbrEntry(
    byte Status, ChsAddress FirstChs, byte Type, ChsAddress LastChs, uint FirstSector, uint SectorCount)
{
    public const int Size = 16;

    public const byte Active = 0x80;

    /// <summary>Kernels skip entries without sectors whatever else they hold.</summary>
    public bool IsEmpty => SectorCount == 0;

    public bool HasValidStatus => Status is 0 or Active;

    public static MbrEntry Parse(ReadOnlySpan<byte> bytes) => new(
        bytes[Offsets.Status],
        ChsAddress.Parse(bytes[Offsets.FirstChs..]),
        bytes[Offsets.Type],
        ChsAddress.Parse(bytes[Offsets.LastChs..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[Offsets.FirstSector..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[Offsets.SectorCount..]));

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>The same partition at another place, both CHS addresses included; these are absolute always.</summary>
    /// <param name="origin">The sector that StartingLBA is counted from.</param>
    /// <param name="firstSector">First sector on the disk.</param>
    public MbrEntry MovedTo(long origin, long firstSector) => this with
    {
        FirstSector = (uint)(firstSector - origin),
        FirstChs = ChsAddress.FromSector(firstSector, ChsAddress.BeyondReach),
        LastChs = ChsAddress.FromSector(firstSector + SectorCount - 1, ChsAddress.BeyondReach),
    };

    public void WriteTo(Span<byte> destination)
    {
        destination[Offsets.Status] = Status;
        FirstChs.WriteTo(destination[Offsets.FirstChs..]);
        destination[Offsets.Type] = Type;
        LastChs.WriteTo(destination[Offsets.LastChs..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[Offsets.FirstSector..], FirstSector);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[Offsets.SectorCount..], SectorCount);
    }

    public static class Offsets
    {
        public const int Status = 0;
        public const int FirstChs = Status + 1;
        public const int Type = FirstChs + ChsAddress.Size;
        public const int LastChs = Type + 1;
        public const int FirstSector = LastChs + ChsAddress.Size;
        public const int SectorCount = FirstSector + sizeof(uint);
    }
}
