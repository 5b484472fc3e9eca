using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Recognition;

/// <summary>What is a part of something larger, or hides what it holds. Places are those of each format's own header.</summary>
internal static class VolumeMarks
{
    private const int LvmSector = 512;

    private static readonly ContentMark[] Marks =
    [
        // LUKS keeps its UUID as text, and only version 2 has a label: https://gitlab.com/cryptsetup/LUKS2-docs
        new("crypto_LUKS", 0, [.. "LUKS"u8, 0xBA, 0xBE, 0, 1], ContentMark.Text(168, 40)),
        new("crypto_LUKS", 0, [.. "LUKS"u8, 0xBA, 0xBE, 0, 2], ContentMark.Text(168, 40), ContentMark.Text(24, 48)),
        new("crypto_LUKS", 0, [.. "LUKS"u8, 0xBA, 0xBE]),
        new("BitLocker", 3, [.. "-FVE-FS-"u8]),
        new("DM_verity_hash", 0, [.. "verity\0\0"u8], ContentMark.BinaryUuid(16)),
        new("bcache", 4096 + 24, Magic("c68573f6-4e1a-45ca-8265-f57f48ba6d81"), ContentMark.BinaryUuid(4096 + 40)),
        .. Enumerable.Range(0, 4).Select(sector => Lvm(sector * LvmSector)),
    ];

    public static ContentIdentity? Find(IBlockReader device) => ContentMark.First(Marks, device);

    /// <summary>A physical volume is labelled in one of its first four sectors (lib/format_text/layout.h of LVM2).</summary>
    private static ContentMark Lvm(long sector) => new("LVM2_member", sector, [.. "LABELONE"u8], device => LvmUuid(device, sector));

    private static string LvmUuid(IBlockReader device, long sector)
    {
        const int PlaceOfHeader = 20;
        const int Length = 32;
        byte[] label = ContentMark.Bytes(device, sector, LvmSector);
        uint header = label.Length == 0 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(label.AsSpan(PlaceOfHeader));
        if (header > LvmSector - Length)
        {
            return "";
        }

        string text = PrintableText.From(label.AsSpan((int)header, Length));
        int[] groups = [0, 6, 10, 14, 18, 22, 26, 32];
        return text.Length == Length ? string.Join('-', groups.Zip(groups.Skip(1), (from, to) => text[from..to])) : "";
    }

    private static byte[] Magic(string uuid) => new Guid(uuid).ToByteArray(bigEndian: true);
}
