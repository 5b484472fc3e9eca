using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.FileSystems.Recognition;

/// <summary>A device of a ZFS pool: uberblocks in the second half of its first label (OpenZFS, include/sys/uberblock_impl.h and vdev_label.c).</summary>
internal static class ZfsMember
{
    private const ulong Magic = 0x00BAB10C;
    private const int RingStart = 128 * 1024;
    private const int RingLength = 128 * 1024;
    private const int SlotSize = 1024;

    /// <summary>A pool writes one with each transaction group; a single match would be chance.</summary>
    private const int Enough = 4;

    public static ContentIdentity? Find(IBlockReader device)
    {
        byte[] ring = ContentMark.Bytes(device, RingStart, RingLength);
        int found = 0;
        for (int slot = 0; slot < ring.Length; slot += SlotSize)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(ring.AsSpan(slot));
            if (word == Magic || BinaryPrimitives.ReverseEndianness(word) == Magic)
            {
                found++;
            }
        }

        return found >= Enough ? new ContentIdentity("zfs_member") : null;
    }
}
