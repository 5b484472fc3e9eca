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

    public static IReadOnlyList<ByteRange> Locate(Qcow2Image image, HostFile file, ByteRange range)
    {
        List<ByteRange> found = [];
        long position = range.Start;
        while (position < range.End)
        {
            Qcow2Header header = image.Header;
            long within = position & (header.ClusterSize - 1);
            Qcow2ClusterEntry entry = image.Tables[position >> header.ClusterBits];
            CheckPatchable(header, file, entry, position);
            long subclusterEnd = ((position >> header.SubclusterBits) + 1) << header.SubclusterBits;
            long count = Math.Min(subclusterEnd, range.End) - position;
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

    private static void CheckPatchable(Qcow2Header header, HostFile file, Qcow2ClusterEntry entry, long position)
    {
        Qcow2ClusterKind kind = entry.Kind((int)(position & (header.ClusterSize - 1)) >> header.SubclusterBits);
        if (kind != Qcow2ClusterKind.Data)
        {
            throw Refused($"byte {position} of the disk is not stored plainly ({kind}), so a copy of the file cannot be patched there.");
        }

        ulong count = Qcow2RefcountReader.Count(file, header, entry.HostOffset >> header.ClusterBits);
        if (count != 1 || !entry.IsCopied)
        {
            throw Refused($"the cluster at byte {position} of the disk has {count} users, so patching it would change something else as well.");
        }
    }

    private static UnsupportedImageException Refused(string message) => new(UnsupportedKind.Feature, Structure, message);
}
