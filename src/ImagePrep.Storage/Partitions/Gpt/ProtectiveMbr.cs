using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Storage.Partitions.Gpt;

/// <summary>The MBR of a GPT disk: one entry of type EE that covers the disk, so that tools without GPT see no free space.</summary>
/// <seealso href="https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html#protective-mbr"/>
internal static class ProtectiveMbr
{
    /// <summary>The protective entry begins right behind the MBR.</summary>
    private const uint FirstSector = 1;

    /// <summary>Whether the MBR announces a GPT: any entry of type EE does, whatever its place, as none may be a partition.</summary>
    public static bool IsProtective(MbrSector mbr) => mbr.Entries.Any(entry => entry.Type == MbrTypes.GptProtective);

    /// <summary>Other partitions beside the protective entry: a hybrid MBR, which two kinds of system read as two different disks.</summary>
    public static bool IsHybrid(MbrSector mbr) => mbr.Entries.Any(entry => entry.Type != MbrTypes.GptProtective && !entry.IsEmpty);

    /// <summary>The same MBR, its protective entry grown to the whole disk. Boot code, signature and flags are kept.</summary>
    public static MbrSector Resize(MbrSector mbr, long diskSectors)
    {
        int slot = Enumerable.Range(0, MbrSector.EntryCount).First(i => mbr.Entry(i).Type == MbrTypes.GptProtective);
        MbrEntry entry = mbr.Entry(slot);
        uint count = (uint)Math.Min(diskSectors - FirstSector, uint.MaxValue);
        return entry.FirstSector == FirstSector && entry.SectorCount == count
            ? mbr
            : mbr.WithEntry(slot, entry with
            {
                FirstSector = FirstSector,
                SectorCount = count,
                LastChs = ChsAddress.FromSector(diskSectors - 1, ChsAddress.ProtectiveBeyondReach),
            });
    }
}
