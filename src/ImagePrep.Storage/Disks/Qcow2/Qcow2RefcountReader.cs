using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Raw;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>
/// Reads single reference counts of any width, 1 to 64 bits. Counts narrower than a byte fill it from its least significant bit on; wider ones are
/// big-endian. "Host cluster management" in https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.rst
/// </summary>
internal static class Qcow2RefcountReader
{
    private const int BitsPerByte = 8;

    /// <summary>How many users the image says a host cluster has. <see cref="Qcow2Audit"/> has checked that table and blocks lie in the file.</summary>
    public static ulong Count(HostFile file, Qcow2Header header, long hostCluster)
    {
        int width = 1 << header.RefcountOrder;
        long perBlock = (long)header.ClusterSize * BitsPerByte / width;
        long index = hostCluster / perBlock;
        if (index >= ((long)header.RefcountTableClusters << header.ClusterBits) / sizeof(ulong))
        {
            return 0;
        }

        long block = BinaryPrimitives.ReadInt64BigEndian(file.ReadBytes(header.RefcountTableOffset + (index * sizeof(ulong)), sizeof(ulong)));
        if (block == 0)
        {
            return 0;
        }

        long bit = hostCluster % perBlock * width;
        byte[] bytes = file.ReadBytes(block + (bit / BitsPerByte), Math.Max(1, width / BitsPerByte));
        return width < BitsPerByte
            ? ((ulong)bytes[0] >> (int)(bit % BitsPerByte)) & ((1UL << width) - 1)
            : bytes.Aggregate(0UL, (value, next) => (value << BitsPerByte) | next);
    }
}
