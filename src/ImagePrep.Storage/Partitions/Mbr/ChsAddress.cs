using System.Runtime.InteropServices;

namespace ImagePrep.Storage.Partitions.Mbr;

/// <summary>
/// The three bytes in which an MBR entry repeats a sector number as cylinder, head and sector. Nothing current reads them, but BIOSes compare
/// them, so they are written as fdisk does: a disk of 255 heads and 63 sectors a track, and the highest address for what lies beyond it.
/// </summary>
/// <seealso href="https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html#legacy-master-boot-record-mbr"/>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ChsAddress(byte Head, byte SectorAndCylinderHigh, byte CylinderLow)
{
    public const int Size = 3;

    private const int Heads = 255;
    private const int SectorsPerTrack = 63;
    private const int Cylinders = 1024;

    /// <summary>What an MBR entry holds for a sector that CHS cannot express: cylinder 1023, head 254, sector 63.</summary>
    public static ChsAddress BeyondReach { get; } = new(0xFE, 0xFF, 0xFF);

    /// <summary>What the protective entry of a GPT holds for such a sector, by the UEFI specification.</summary>
    public static ChsAddress ProtectiveBeyondReach { get; } = new(0xFF, 0xFF, 0xFF);

    /// <param name="sector">Number of the sector on the disk.</param>
    /// <param name="beyondReach">What to give for a sector at or above 1024 cylinders.</param>
    public static ChsAddress FromSector(long sector, ChsAddress beyondReach)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sector);
        long cylinder = sector / (Heads * SectorsPerTrack);
        if (cylinder >= Cylinders)
        {
            return beyondReach;
        }

        int head = (int)(sector / SectorsPerTrack % Heads);
        int sectorInTrack = (int)(sector % SectorsPerTrack) + 1;
        int cylinderHigh = (int)cylinder >> 8 << 6;
        return new ChsAddress((byte)head, (byte)(sectorInTrack | cylinderHigh), (byte)(cylinder & 0xFF));
    }

    public static ChsAddress Parse(ReadOnlySpan<byte> bytes) => new(bytes[0], bytes[1], bytes[2]);

    public void WriteTo(Span<byte> destination)
    {
        destination[0] = Head;
        destination[1] = SectorAndCylinderHigh;
        destination[2] = CylinderLow;
    }
}
