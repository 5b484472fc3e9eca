using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Steps.Repartition.VolumeStarts;

/// <summary>BPB_HiddSec of FAT, and of the backup boot sector that FAT32 keeps.</summary>
/// <seealso href="https://uefi.org/specs/UEFI/2.10/13_Protocols_Media_Access.html#file-system-format"/>
internal static class FatStart
{
    /// <summary>A boot sector with sane FAT geometry. The strings "FAT" in it are only informative, by the specification.</summary>
    public static bool IsFat(byte[] boot) =>
        boot[0] is 0xEB or 0xE9
        && boot[510] == 0x55
        && boot[511] == 0xAA
        && UInt16(boot, Offsets.BytesPerSector) is 512 or 1024 or 2048 or 4096
        && boot[Offsets.SectorsPerCluster] is 1 or 2 or 4 or 8 or 16 or 32 or 64 or 128
        && UInt16(boot, Offsets.ReservedSectors) != 0
        && boot[Offsets.FatCount] is 1 or 2
        && boot[Offsets.Media] is 0xF0 or >= 0xF8;

    public static IEnumerable<BytePatch> PatchesFor(IBlockReader volume, byte[] boot, PartitionMove move)
    {
        if (HiddenSectors.Patch(boot, move, copyOffset: 0, "sectors before the file system, in the FAT boot sector") is { } patch)
        {
            yield return patch;
        }

        int backupSector = UInt16(boot, Offsets.BackupBootSector);
        long offset = (long)backupSector * UInt16(boot, Offsets.BytesPerSector);
        bool isFat32 = UInt16(boot, Offsets.SectorsPerFat16) == 0;
        bool hasBackup = isFat32 && backupSector != 0 && backupSector < UInt16(boot, Offsets.ReservedSectors)
            && offset + VolumeStartPatches.BootSectorBytes <= volume.Length;
        if (hasBackup && volume.ReadBytes(offset, VolumeStartPatches.BootSectorBytes) is var backup && IsFat(backup)
            && HiddenSectors.Patch(backup, move, offset, "sectors before the file system, in the backup of the FAT32 boot sector") is { } second)
        {
            yield return second;
        }
    }

    private static ushort UInt16(byte[] boot, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(offset));

    private static class Offsets
    {
        public const int BytesPerSector = 0x0B;
        public const int SectorsPerCluster = 0x0D;
        public const int ReservedSectors = 0x0E;
        public const int FatCount = 0x10;
        public const int Media = 0x15;
        public const int SectorsPerFat16 = 0x16;
        public const int BackupBootSector = 0x32;
    }
}
