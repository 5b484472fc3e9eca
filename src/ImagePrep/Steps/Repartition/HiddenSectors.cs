using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Steps.Repartition;

/// <summary>
/// The boot sectors of FAT, NTFS and exFAT repeat the sector at which their partition begins. FAT's copy follows the move where it was right
/// before; a copy that was already wrong (a file system made in a file has 0 there) is left, because nothing can have depended on it.
/// </summary>
/// <seealso href="https://uefi.org/specs/UEFI/2.10/13_Protocols_Media_Access.html#file-system-format"/>
internal static class HiddenSectors
{
    private const int BootSectorBytes = 512;

    public static IReadOnlyList<BytePatch> PatchesFor(IBlockReader disk, IEnumerable<PartitionMove> partitions)
    {
        List<BytePatch> patches = [];
        foreach (PartitionMove move in partitions.Where(move => move.IsMove && move.From.Length >= BootSectorBytes))
        {
            byte[] boot = disk.ReadBytes(move.From.Start, BootSectorBytes);
            RefuseOthers(boot, move);
            if (IsFat(boot))
            {
                AddPatch(patches, boot, move, copyOffset: 0, "FAT hidden sectors");
                AddBackupPatch(patches, disk, boot, move);
            }
        }

        return patches;
    }

    private static void AddBackupPatch(List<BytePatch> patches, IBlockReader disk, byte[] boot, PartitionMove move)
    {
        int bytesPerSector = UInt16(boot, Offsets.BytesPerSector);
        int backupSector = UInt16(boot, Offsets.BackupBootSector);
        long offset = (long)backupSector * bytesPerSector;
        bool isFat32 = UInt16(boot, Offsets.SectorsPerFat16) == 0;
        if (!isFat32 || backupSector == 0 || backupSector >= UInt16(boot, Offsets.ReservedSectors) || offset + BootSectorBytes > move.From.Length)
        {
            return;
        }

        byte[] backup = disk.ReadBytes(move.From.Start + offset, BootSectorBytes);
        if (IsFat(backup))
        {
            AddPatch(patches, backup, move, offset, "FAT32 hidden sectors in the backup boot sector");
        }
    }

    private static void AddPatch(List<BytePatch> patches, byte[] boot, PartitionMove move, long copyOffset, string what)
    {
        // The field counts sectors of the disk, but mkfs.fat -S makes file systems whose own sectors are larger and may count in those.
        uint found = BinaryPrimitives.ReadUInt32LittleEndian(boot.AsSpan(Offsets.HiddenSectors));
        foreach (int unit in new[] { move.Partition.SectorSize, (int)UInt16(boot, Offsets.BytesPerSector) })
        {
            long hidden = move.To.Start / unit;
            if ((long)found * unit == move.From.Start && hidden <= uint.MaxValue)
            {
                byte[] replacement = new byte[sizeof(uint)];
                BinaryPrimitives.WriteUInt32LittleEndian(replacement, (uint)hidden);
                patches.Add(new BytePatch(
                    move.To.Start + copyOffset + Offsets.HiddenSectors,
                    boot.AsMemory(Offsets.HiddenSectors, sizeof(uint)),
                    replacement,
                    $"{what} of partition {move.Partition.Number}"));
                return;
            }
        }
    }

    private static void RefuseOthers(byte[] boot, PartitionMove move)
    {
        string? name =
            boot.AsSpan(Offsets.OemName, 8).SequenceEqual("NTFS    "u8) ? "NTFS" :
            boot.AsSpan(Offsets.OemName, 8).SequenceEqual("EXFAT   "u8) ? "exFAT" : null;
        if (name is not null)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature,
                $"{name} boot sector",
                $"{move.Partition} would have to move, but {name} names its own place, and Windows names it again in its boot configuration: "
                + "it would not start afterwards. Align it with the system's own tools first.");
        }
    }

    /// <summary>A boot sector with sane FAT geometry. The strings "FAT" in it are only informative, by the specification.</summary>
    private static bool IsFat(byte[] boot) =>
        boot[0] is 0xEB or 0xE9
        && boot[510] == 0x55
        && boot[511] == 0xAA
        && UInt16(boot, Offsets.BytesPerSector) is 512 or 1024 or 2048 or 4096
        && boot[Offsets.SectorsPerCluster] is 1 or 2 or 4 or 8 or 16 or 32 or 64 or 128
        && UInt16(boot, Offsets.ReservedSectors) != 0
        && boot[Offsets.FatCount] is 1 or 2
        && boot[Offsets.Media] is 0xF0 or >= 0xF8;

    private static ushort UInt16(byte[] boot, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(offset));

    private static class Offsets
    {
        public const int OemName = 0x03;
        public const int BytesPerSector = 0x0B;
        public const int SectorsPerCluster = 0x0D;
        public const int ReservedSectors = 0x0E;
        public const int FatCount = 0x10;
        public const int Media = 0x15;
        public const int SectorsPerFat16 = 0x16;
        public const int HiddenSectors = 0x1C;
        public const int BackupBootSector = 0x32;
    }
}
