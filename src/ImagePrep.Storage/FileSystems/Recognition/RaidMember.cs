using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.FileSystems.Recognition;

/// <summary>
/// Superblock of a member of a Linux software RAID (drivers/md/md.c, include/uapi/linux/raid/md_p.h of the kernel). Versions 0.90 and 1.0 stand at the
/// end of the device, where a mirror's file system begins at the first byte and looks like one of its own: editing one half would tear it.
/// </summary>
internal static class RaidMember
{
    private const string Type = "linux_raid_member";
    private const uint Magic = 0xA92B4EFC;
    private const int SectorSize = 512;
    private const int Reserved = 64 * 1024;
    private const int HeaderLength = 256;

    public static ContentIdentity? Find(IBlockReader device) =>
        Version1(device, EndOfVersion10(device)) ?? Version1(device, 0) ?? Version1(device, 4096) ?? Version090(device);

    /// <summary>8 KiB before the end, rounded down to 4 KiB.</summary>
    private static long EndOfVersion10(IBlockReader device) => ((device.Length / SectorSize) - 16) / 8 * 8 * SectorSize;

    private static ContentIdentity? Version1(IBlockReader device, long place)
    {
        byte[] header = ContentMark.Bytes(device, place, HeaderLength);
        bool found = header.Length > 0
            && UInt32(header, Offsets.Magic) == Magic
            && UInt32(header, Offsets.Major) == 1
            && BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(Offsets.SuperOffset)) == (ulong)(place / SectorSize);
        return found
            ? new ContentIdentity(
                Type, ContentMark.UuidText(header.AsSpan(Offsets.SetUuid)), ContentMark.Printable(header.AsSpan(Offsets.SetName, Offsets.SetNameLength)))
            : null;
    }

    private static ContentIdentity? Version090(IBlockReader device)
    {
        byte[] header = ContentMark.Bytes(device, (device.Length / Reserved * Reserved) - Reserved, HeaderLength);
        if (header.Length == 0 || UInt32(header, Offsets.Magic) != Magic || UInt32(header, Offsets.Major) != 0)
        {
            return null;
        }

        // The superblock of a disk's last partition is also 64 KiB before the end of the disk: the size tells whose it is.
        const int Kilobyte = 1024;
        if (((long)UInt32(header, Offsets.SizeInKilobytes) * Kilobyte) + Reserved > device.Length)
        {
            return null;
        }

        byte[] uuid = new byte[16];
        for (int i = 0; i < Offsets.UuidWords.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(uuid.AsSpan(i * sizeof(uint)), UInt32(header, Offsets.UuidWords[i]));
        }

        return new ContentIdentity(Type, ContentMark.UuidText(uuid));
    }

    private static uint UInt32(byte[] header, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(offset));

    private static class Offsets
    {
        public const int Magic = 0;
        public const int Major = 4;

        // Version 1
        public const int SetUuid = 16;
        public const int SetName = 32;
        public const int SetNameLength = 32;
        public const int SuperOffset = 144;

        // Version 0.90
        public const int SizeInKilobytes = 32;
        public static readonly int[] UuidWords = [20, 52, 56, 60];
    }
}
