using System.Collections.Frozen;

namespace ImagePrep.Storage.Partitions.Mbr;

/// <summary>The type bytes that have a meaning for this tool or for its reader.</summary>
public static class MbrTypes
{
    public const byte Unused = 0x00;
    public const byte Extended = 0x05;
    public const byte ExtendedLba = 0x0F;
    public const byte LinuxExtended = 0x85;

    /// <summary>The boot ROMs of SoC FPGAs read their first loader from a partition of this type.</summary>
    public const byte SocFpgaLoader = 0xA2;

    public const byte GptProtective = 0xEE;

    private static readonly FrozenDictionary<byte, string> Names = new Dictionary<byte, string>
    {
        [0x01] = "FAT12",
        [0x04] = "FAT16 below 32 MiB",
        [Extended] = "Extended",
        [0x06] = "FAT16",
        [0x07] = "NTFS or exFAT",
        [0x0B] = "FAT32",
        [0x0C] = "FAT32 (LBA)",
        [0x0E] = "FAT16 (LBA)",
        [ExtendedLba] = "Extended (LBA)",
        [0x11] = "Hidden FAT12",
        [0x14] = "Hidden FAT16 below 32 MiB",
        [0x16] = "Hidden FAT16",
        [0x17] = "Hidden NTFS or exFAT",
        [0x1B] = "Hidden FAT32",
        [0x1C] = "Hidden FAT32 (LBA)",
        [0x1E] = "Hidden FAT16 (LBA)",
        [0x27] = "Windows recovery",
        [0x41] = "PowerPC PReP boot",
        [0x42] = "Windows dynamic disk",
        [0x82] = "Linux swap",
        [0x83] = "Linux",
        [LinuxExtended] = "Linux extended",
        [0x8E] = "Linux LVM",
        [SocFpgaLoader] = "SoC FPGA loader",
        [0xA5] = "FreeBSD",
        [0xA6] = "OpenBSD",
        [0xA9] = "NetBSD",
        [0xAF] = "HFS or HFS+",
        [0xBF] = "Solaris",
        [0xDA] = "Data without a file system",
        [0xEA] = "Linux extended boot",
        [GptProtective] = "GPT protective",
        [0xEF] = "EFI system",
        [0xFD] = "Linux RAID",
    }.ToFrozenDictionary();

    public static bool IsExtended(byte code) => code is Extended or ExtendedLba or LinuxExtended;

    public static string? NameOf(byte code) => Names.GetValueOrDefault(code);
}
