using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Partitions;

/// <summary>Names what a disk without a table holds: enough to tell a whole-disk file system from a mistake of the caller.</summary>
internal static class DiskContent
{
    private const int ExtSuperblock = 1024;

    private static readonly (int Offset, byte[] Magic, string Name)[] Known =
    [
        (0, [(byte)'Q', (byte)'F', (byte)'I', 0xFB], "a qcow2 image"),
        (0, "KDMV"u8.ToArray(), "a VMDK image"),
        (0, "vhdxfile"u8.ToArray(), "a VHDX image"),
        (0, "conectix"u8.ToArray(), "a VHD image"),
        (64, [0x7F, 0x10, 0xDA, 0xBE], "a VDI image"),
        (0, [(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xBA, 0xBE], "LUKS encryption on the whole disk"),
        (0, "XFSB"u8.ToArray(), "an XFS file system on the whole disk"),
        (0, "hsqs"u8.ToArray(), "a SquashFS file system"),
        (0, [0x1F, 0x8B], "gzip data"),
        (0, [0x28, 0xB5, 0x2F, 0xFD], "zstd data"),
        (0, [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "xz data"),
        (3, "NTFS    "u8.ToArray(), "an NTFS file system on the whole disk"),
        (3, "EXFAT   "u8.ToArray(), "an exFAT file system on the whole disk"),
        (0x36, "FAT"u8.ToArray(), "a FAT file system on the whole disk"),
        (0x52, "FAT32"u8.ToArray(), "a FAT file system on the whole disk"),
        (0x200, "LABELONE"u8.ToArray(), "an LVM physical volume on the whole disk"),
        (0x200, "EFI PART"u8.ToArray(), "a GPT header without a protective MBR; sgdisk can add one"),
        (0x1000, "EFI PART"u8.ToArray(), "a GPT header for 4096-byte sectors without a protective MBR; sgdisk can add one"),
        (0x8001, "CD001"u8.ToArray(), "an ISO 9660 file system"),
        (0x10040, "_BHRfS_M"u8.ToArray(), "a Btrfs file system on the whole disk"),
        (510, [0x55, 0xAA], "a boot sector without partitions"),
    ];

    /// <summary>An ext2, ext3 or ext4 superblock at its place, sane enough to be one. The file system's own reader judges the rest.</summary>
    public static bool HoldsExt(IBlockReader disk)
    {
        if (disk.Length < 2 * ExtSuperblock)
        {
            return false;
        }

        byte[] superblock = disk.ReadBytes(ExtSuperblock, ExtSuperblock);
        return BinaryPrimitives.ReadUInt16LittleEndian(superblock.AsSpan(Offsets.Magic)) == 0xEF53
            && BinaryPrimitives.ReadUInt32LittleEndian(superblock.AsSpan(Offsets.BlockCount)) != 0
            && BinaryPrimitives.ReadUInt32LittleEndian(superblock.AsSpan(Offsets.LogBlockSize)) <= 6;
    }

    public static string Describe(IBlockReader disk)
    {
        foreach ((int offset, byte[] magic, string name) in Known)
        {
            if (disk.Length >= offset + magic.Length && disk.ReadBytes(offset, magic.Length).AsSpan().SequenceEqual(magic))
            {
                return $"it holds {name}";
            }
        }

        return disk.NextData(0).IsEmpty || !disk.ReadBytes(0, 512).AsSpan().ContainsAnyExcept((byte)0)
            ? "its first sector is empty"
            : $"it begins with the bytes {Convert.ToHexStringLower(disk.ReadBytes(0, 16))}";
    }

    private static class Offsets
    {
        public const int BlockCount = 0x04;
        public const int LogBlockSize = 0x18;
        public const int Magic = 0x38;
    }
}
