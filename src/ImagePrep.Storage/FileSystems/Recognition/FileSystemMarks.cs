using System.Buffers.Binary;
using System.Globalization;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Recognition;

/// <summary>File systems that are recognised and not read. Places are those of each format's own superblock.</summary>
internal static class FileSystemMarks
{
    private const int Superblock1K = 1024;
    private const int BtrfsSuperblock = 0x10000;
    private const int IsoDescriptor = 0x8000;

    private static readonly ContentMark[] Marks =
    [
        new("xfs", 0, [.. "XFSB"u8], ContentMark.BinaryUuid(32), ContentMark.Text(108, 12)),
        new("btrfs", BtrfsSuperblock + 0x40, [.. "_BHRfS_M"u8], ContentMark.BinaryUuid(BtrfsSuperblock + 0x20), ContentMark.Text(BtrfsSuperblock + 0x12B, 256)),
        new("bcachefs", 4096 + 24, new Guid("c68573f6-66ce-90a9-d96a-60cf803df7ef").ToByteArray(bigEndian: true), ContentMark.BinaryUuid(4096 + 56), ContentMark.Text(4096 + 72, 32)),
        new("f2fs", Superblock1K, [0x10, 0x20, 0xF5, 0xF2], ContentMark.BinaryUuid(Superblock1K + 108), F2fsLabel),
        new("erofs", Superblock1K, [0xE2, 0xE1, 0xF5, 0xE0], ContentMark.BinaryUuid(Superblock1K + 48), ContentMark.Text(Superblock1K + 64, 16)),
        new("squashfs", 0, [.. "hsqs"u8]),
        new("ntfs", 3, [.. "NTFS    "u8], NtfsSerial),
        new("exfat", 3, [.. "EXFAT   "u8], ExfatSerial),
        new("iso9660", IsoDescriptor + 1, [.. "CD001"u8], IsoTime, IsoLabel),
    ];

    public static ContentIdentity? Find(IBlockReader device) => ContentMark.First(Marks, device);

    private static string F2fsLabel(IBlockReader device) => ContentMark.Utf16(ContentMark.Bytes(device, Superblock1K + 124, 1024));

    private static string NtfsSerial(IBlockReader device) => ContentMark.Bytes(device, 0x48, 8) is { Length: 8 } serial
        ? BinaryPrimitives.ReadUInt64LittleEndian(serial).ToString("X16", CultureInfo.InvariantCulture)
        : "";

    private static string ExfatSerial(IBlockReader device) => ContentMark.Bytes(device, 100, 4) is { Length: 4 } serial
        ? BinaryPrimitives.ReadUInt32LittleEndian(serial).ToString("X8", CultureInfo.InvariantCulture).Insert(4, "-")
        : "";

    /// <summary>A disc has no UUID; its time of change, or of making, stands in for one (ECMA-119, 8.4.26).</summary>
    private static string IsoTime(IBlockReader device)
    {
        const int Digits = 16;
        const int Made = 813;
        const int Changed = 830;
        foreach (int field in (int[])[Changed, Made])
        {
            byte[] digits = ContentMark.Bytes(device, IsoDescriptor + field, Digits);
            if (digits.Length == Digits && digits.All(digit => char.IsAsciiDigit((char)digit)) && digits.Any(digit => digit != '0'))
            {
                string text = PrintableText.From(digits);
                return string.Join('-', text[..4], text[4..6], text[6..8], text[8..10], text[10..12], text[12..14], text[14..]);
            }
        }

        return "";
    }

    private static string IsoLabel(IBlockReader device) => ContentMark.Printable(ContentMark.Bytes(device, IsoDescriptor + 40, 32)).TrimEnd(' ');
}
