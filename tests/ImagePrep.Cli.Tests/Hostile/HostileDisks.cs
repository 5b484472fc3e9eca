using System.Buffers.Binary;

namespace ImagePrep.Cli.Tests.Hostile;

/// <summary>Raw disks whose tables or superblocks lie.</summary>
internal static class HostileDisks
{
    public static IReadOnlyList<HostileImage> All { get; } =
    [
        new("EBR that leads to itself", 4, "EBR", (path, _) =>
        {
            byte[] disk = HostileImage.EmptyDisk(1 << 20);
            PutEntry(disk, 0, 0, 0x05, 100, 1500);
            PutEntry(disk, 100, 0, 0x83, 1, 10);
            PutEntry(disk, 100, 1, 0x05, 0, 20);
            File.WriteAllBytes(path, disk);
        }),
        new("GPT of a million entries", 3, "entries", (path, _) =>
        {
            byte[] head = HostileImage.EmptyDisk(4096);
            PutEntry(head, 0, 0, 0xEE, 1, 0xFFFF_FFFF);
            PutGpt(head.AsSpan(512), entryCount: 1 << 20);
            File.WriteAllBytes(path, head);
            using FileStream file = new(path, FileMode.Open);
            file.SetLength(300 << 20);
        }),
        new("ext with four thousand million inodes", 4, "s_inodes_count", (path, _) =>
        {
            ImagePrep.TestKit.OutsideTool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-O", "^metadata_csum", path, "4M").EnsureSuccess("mke2fs");
            byte[] bytes = File.ReadAllBytes(path);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(1024), uint.MaxValue);
            File.WriteAllBytes(path, bytes);
        }),
    ];

    /// <summary>An entry of an MBR or EBR, with its sector's signature.</summary>
    public static void PutEntry(byte[] disk, int sector, int slot, byte type, uint first, uint count)
    {
        Span<byte> entry = disk.AsSpan((sector * 512) + 446 + (16 * slot));
        entry[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], first);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], count);
        (disk[(sector * 512) + 510], disk[(sector * 512) + 511]) = (0x55, 0xAA);
    }

    private static void PutGpt(Span<byte> header, uint entryCount)
    {
        const int size = 92;
        "EFI PART"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], 0x10000);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], size);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], 600_000);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], 300_000);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], 500_000);
        BinaryPrimitives.WriteUInt64LittleEndian(header[72..], 2);
        BinaryPrimitives.WriteUInt32LittleEndian(header[80..], entryCount);
        BinaryPrimitives.WriteUInt32LittleEndian(header[84..], 128);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Crc32(header[..size]));
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320);
            }
        }

        return ~crc;
    }
}
