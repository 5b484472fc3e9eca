using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Raw;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>
/// Where bytes of the disk lie in the file, for patching a copy of the file. Only clusters that are stored plainly and belong to nobody else
/// qualify: anything else would need new clusters and new tables, which a patch is not.
/// </summary>
internal static class Qcow2FileMap
{
    private const string Structure = "qcow2 image";
    private const int RefcountOrder16Bit = 4;

    public static IReadOnlyList<ByteRange> Locate(Qcow2Image image, HostFile file, ByteRange range)
    {
        List<ByteRange> found = [];
        long position = range.Start;
        while (position < range.End)
        {
            long cluster = position >> image.Header.ClusterBits;
            long within = position & (image.Header.ClusterSize - 1);
            Qcow2ClusterEntry entry = image.Tables[cluster];
            CheckPatchable(image.Header, file, entry, cluster);
            long count = Math.Min(image.Header.ClusterSize - within, range.End - position);
            ByteRange part = new(entry.HostOffset + within, count);
            if (found.Count > 0 && found[^1].End == part.Start)
            {
                part = ByteRange.FromBounds(found[^1].Start, part.End);
                found.RemoveAt(found.Count - 1);
            }

            found.Add(part);
            position += count;
        }

        return found;
    }

    private static void CheckPatchable(Qcow2Header header, HostFile file, Qcow2ClusterEntry entry, long cluster)
    {
        if (entry.Kind != Qcow2ClusterKind.Data)
        {
            throw Refused($"cluster {cluster} is not stored plainly ({entry.Kind}), so a copy of the file cannot be patched there.");
        }

        if (header.RefcountOrder != RefcountOrder16Bit)
        {
            throw Refused("its reference counts are not of 16 bits; only images written by this program are patched.");
        }

        int count = Refcount(header, file, entry.HostOffset >> header.ClusterBits);
        if (count != 1 || !entry.IsCopied)
        {
            throw Refused($"cluster {cluster} has {count} users, so patching it would change something else as well.");
        }
    }

    private static int Refcount(Qcow2Header header, HostFile file, long hostCluster)
    {
        long perBlock = 1L << (header.ClusterBits - 1);
        long index = hostCluster / perBlock;
        if (index >= ((long)header.RefcountTableClusters << header.ClusterBits) / sizeof(ulong))
        {
            return 0;
        }

        // The audit has checked the table and that every block lies in the file.
        long block = BinaryPrimitives.ReadInt64BigEndian(file.ReadBytes(header.RefcountTableOffset + (index * sizeof(ulong)), sizeof(ulong)));
        return block == 0 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(file.ReadBytes(block + (hostCluster % perBlock * sizeof(ushort)), sizeof(ushort)));
    }

    private static UnsupportedImageException Refused(string message) => new(UnsupportedKind.Feature, Structure, message);
}
