using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.FileSystems;

/// <summary>
/// Recognises what lies in a partition by its magic numbers, to name it: file systems that have a <see cref="FileSystemDriver"/>, and others.
/// Only the file system's own code decides whether it can be used.
/// </summary>
public static class ContentProbe
{
    private sealed record Mark(string Type, long Offset, byte[] Magic);

    private static readonly Mark[] Marks =
    [
        new("crypto_LUKS", 0, [(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xBA, 0xBE]),
        new("xfs", 0, [.. "XFSB"u8]),
        new("LVM2_member", 512, [.. "LABELONE"u8]),
        new("LVM2_member", 0, [.. "LABELONE"u8]),
        new("btrfs", 0x10040, [.. "_BHRfS_M"u8]),
        new("ntfs", 3, [.. "NTFS    "u8]),
        new("exfat", 3, [.. "EXFAT   "u8]),
        new("squashfs", 0, [.. "hsqs"u8]),
        new("iso9660", 0x8001, [.. "CD001"u8]),
        new("linux_raid_member", 4096, [0xFC, 0x4E, 0x2B, 0xA9]),
        new("linux_raid_member", 0, [0xFC, 0x4E, 0x2B, 0xA9]),
        new("f2fs", 1024, [0x10, 0x20, 0xF5, 0xF2]),
    ];

    /// <summary>Type name as blkid prints it ("ext" for all of ext2/3/4, "swap"), or "" when nothing is recognised.</summary>
    /// <exception cref="Errors.UnsupportedImageException">Two file systems that are handled claim the device.</exception>
    public static string Recognise(IBlockReader device)
    {
        ArgumentNullException.ThrowIfNull(device);
        foreach (Mark mark in Marks)
        {
            if (Matches(device, mark.Offset, mark.Magic))
            {
                return mark.Type;
            }
        }

        if (FileSystemDriver.Claiming(device) is { } driver)
        {
            return driver.Type;
        }

        return Swap.SwapArea.TryRead(device, out _) ? "swap" : "";
    }

    private static bool Matches(IBlockReader device, long offset, byte[] magic) =>
        device.Length >= offset + magic.Length && device.ReadBytes(offset, magic.Length).AsSpan().SequenceEqual(magic);
}
