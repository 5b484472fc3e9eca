using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Partitions;

/// <summary>Names what a disk holds that has neither a table nor a file system: most often a mistake of the caller.</summary>
internal static class DiskContent
{
    private static readonly (int Offset, byte[] Magic, string Name)[] Known =
    [
        (0, [(byte)'Q', (byte)'F', (byte)'I', 0xFB], "a qcow2 image"),
        (0, "KDMV"u8.ToArray(), "a VMDK image"),
        (0, "vhdxfile"u8.ToArray(), "a VHDX image"),
        (0, "conectix"u8.ToArray(), "a VHD image"),
        (64, [0x7F, 0x10, 0xDA, 0xBE], "a VDI image"),
        (0, [0x1F, 0x8B], "gzip data"),
        (0, [0x28, 0xB5, 0x2F, 0xFD], "zstd data"),
        (0, [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "xz data"),
        (0x200, "EFI PART"u8.ToArray(), "a GPT header without a protective MBR; sgdisk can add one"),
        (0x1000, "EFI PART"u8.ToArray(), "a GPT header for 4096-byte sectors without a protective MBR; sgdisk can add one"),
        (510, [0x55, 0xAA], "a boot sector without partitions"),
    ];

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
}
