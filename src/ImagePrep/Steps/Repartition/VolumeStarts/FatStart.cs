using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Fat;

namespace ImagePrep.Steps.Repartition.VolumeStarts;

/// <summary>BPB_HiddSec of FAT, and of the backup boot sector that FAT32 keeps.</summary>
/// <seealso href="https://uefi.org/specs/UEFI/2.10/13_Protocols_Media_Access.html#file-system-format"/>
internal static class FatStart
{
    public static IEnumerable<BytePatch> PatchesFor(IBlockReader volume, byte[] boot, HiddenSectors hidden)
    {
        if (hidden.Patch(boot, copyOffset: 0, "sectors before the file system, in the FAT boot sector") is { } patch)
        {
            yield return patch;
        }

        int backupSector = UInt16(boot, Offsets.BackupBootSector);
        long offset = (long)backupSector * UInt16(boot, Offsets.BytesPerSector);
        bool isFat32 = UInt16(boot, Offsets.SectorsPerFat16) == 0;
        bool hasBackup = isFat32 && backupSector != 0 && backupSector < UInt16(boot, Offsets.ReservedSectors)
            && offset + VolumeStartPatches.BootSectorBytes <= volume.Length;
        if (!hasBackup)
        {
            yield break;
        }

        BlockSlice backup = new(volume, new ByteRange(offset, VolumeStartPatches.BootSectorBytes));
        if (FatFileSystem.IsFat(backup)
            && hidden.Patch(backup.ReadBytes(0, VolumeStartPatches.BootSectorBytes), offset, "sectors before the file system, in the backup of the FAT32 boot sector") is { } second)
        {
            yield return second;
        }
    }

    private static ushort UInt16(byte[] boot, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(offset));

    private static class Offsets
    {
        public const int BytesPerSector = 0x0B;
        public const int ReservedSectors = 0x0E;
        public const int SectorsPerFat16 = 0x16;
        public const int BackupBootSector = 0x32;
    }
}
