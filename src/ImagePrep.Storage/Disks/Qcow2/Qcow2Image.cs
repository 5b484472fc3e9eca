using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Blocks.Native;
using ImagePrep.Storage.Disks.Raw;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>
/// Reads the active state of a qcow2 image. All tables are checked when it is opened; afterwards reads run on any number of threads without
/// locks. Neighbouring clusters that also lie next to each other in the file are read in one go.
/// </summary>
internal sealed class Qcow2Image : IBlockReader, IDisposable
{
    /// <summary>Callers ask for the next run very often; a run of this many subclusters is long enough for any of them, and cheap to find.</summary>
    private const int MaxRun = 1024;

    private readonly HostFile _file;
    private readonly IBlockReader? _backing;
    private readonly ClusterInflater _inflater;

    private Qcow2Image(HostFile file, Qcow2Header header, string? backingName, IBlockReader? backing)
    {
        _file = file;
        _backing = backing;
        Header = header;
        BackingName = backingName;
        Tables = new Qcow2Tables(file, header);
        Qcow2Audit.Run(file, header, Tables);
        _inflater = new ClusterInflater(file, header);
    }

    public Qcow2Header Header { get; }

    public Qcow2Tables Tables { get; }

    /// <summary>The backing file name in the image, made printable.</summary>
    public string? BackingName { get; }

    public long Length => Header.Size;

    /// <param name="file">The image file; stays the caller's.</param>
    /// <param name="head">What its first cluster says.</param>
    /// <param name="backing">The backing disk the caller has opened, or null for an image that must stand alone.</param>
    public static Qcow2Image Open(HostFile file, Qcow2Head head, IBlockReader? backing = null)
    {
        Qcow2Features.RefuseUnhandled(head, backing is not null);
        if (head.Header.CompressionType == 1 && !LibZstd.IsAvailable)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature, "qcow2 image", "its clusters are compressed with zstd, and libzstd.so.1 is not installed. Install it (package libzstd1).");
        }

        return new Qcow2Image(file, head.Header, head.BackingName, backing);
    }

    public void ReadAt(long offset, Span<byte> destination)
    {
        BlockBounds.Check(Length, offset, destination.Length);
        while (!destination.IsEmpty)
        {
            Qcow2ClusterEntry entry = Tables[offset >> Header.ClusterBits];
            int count;
            if (entry.IsCompressed)
            {
                int within = (int)(offset & (Header.ClusterSize - 1));
                count = Math.Min(Header.ClusterSize - within, destination.Length);
                _inflater.Read(entry, within, destination[..count]);
            }
            else
            {
                Stored first = At(offset);
                count = RunLength(offset, first, destination.Length);
                ReadRun(first, offset, destination[..count]);
            }

            offset += count;
            destination = destination[count..];
        }
    }

    public ByteRange NextData(long offset)
    {
        long first = offset >= Length ? Header.SubclusterCount : Find(offset >> Header.SubclusterBits, HoldsData);
        if (first >= Header.SubclusterCount)
        {
            return NextBackingData(offset, Length);
        }

        long start = Math.Max(offset, first << Header.SubclusterBits);
        ByteRange backing = NextBackingData(offset, start);
        return backing.IsEmpty ? RangeOf(start, first + 1, HoldsData) : backing;
    }

    /// <summary>Runs that are not simply absent from this file.</summary>
    public IEnumerable<ByteRange> OwnRanges()
    {
        for (long first = Find(0, IsOwn); first < Header.SubclusterCount;)
        {
            ByteRange range = RangeOf(first << Header.SubclusterBits, first + 1, IsOwn);
            yield return range;
            first = Find(Qcow2Header.DivideUp(range.End, 1L << Header.SubclusterBits), IsOwn);
        }
    }

    public void Dispose() => _inflater.Dispose();

    private static bool HoldsData(Qcow2ClusterKind kind) => kind is Qcow2ClusterKind.Data or Qcow2ClusterKind.Compressed;

    private static bool IsOwn(Qcow2ClusterKind kind) => kind != Qcow2ClusterKind.Unallocated;

    private Stored At(long offset)
    {
        Qcow2ClusterEntry entry = Tables[offset >> Header.ClusterBits];
        int within = (int)(offset & (Header.ClusterSize - 1));
        return new Stored(entry.Kind(within >> Header.SubclusterBits), entry.HostOffset + within);
    }

    /// <summary>How many bytes from here on lie next to each other in the file, too, or are not in the file either.</summary>
    private int RunLength(long offset, Stored first, int wanted)
    {
        int size = 1 << Header.SubclusterBits;
        int count = Math.Min(size - (int)(offset & (size - 1)), wanted);
        while (count < wanted)
        {
            Stored next = At(offset + count);
            if (next.Kind != first.Kind || (first.Kind == Qcow2ClusterKind.Data && next.HostOffset != first.HostOffset + count))
            {
                break;
            }

            count = (int)Math.Min((long)count + size, wanted);
        }

        return count;
    }

    private void ReadRun(Stored first, long offset, Span<byte> destination)
    {
        if (first.Kind == Qcow2ClusterKind.Data)
        {
            _file.ReadAt(first.HostOffset, destination);
        }
        else if (first.Kind == Qcow2ClusterKind.Zero || _backing is null)
        {
            destination.Clear();
        }
        else
        {
            // A backing disk may be shorter than its overlay: what it lacks reads as zero.
            int covered = (int)Math.Clamp(_backing.Length - offset, 0, destination.Length);
            if (covered > 0)
            {
                _backing.ReadAt(offset, destination[..covered]);
            }

            destination[covered..].Clear();
        }
    }

    /// <summary>The first subcluster at or after this one that is in this file and of the wanted kind; the number of subclusters when there is none.</summary>
    private long Find(long subcluster, Func<Qcow2ClusterKind, bool> wanted)
    {
        int perCluster = Header.SubclustersPerClusterBits;
        while (subcluster < Header.SubclusterCount)
        {
            long cluster = subcluster >> perCluster;
            int l1Index = (int)(cluster >> Header.L2EntriesBits);
            if (Tables.Table(l1Index) is not { } table)
            {
                subcluster = ((l1Index + 1L) << Header.L2EntriesBits) << perCluster;
                continue;
            }

            for (int i = (int)(cluster & (Header.L2Entries - 1)); i < table.Count; i++)
            {
                Qcow2ClusterEntry entry = table[i];
                long first = (((long)l1Index << Header.L2EntriesBits) + i) << perCluster;
                for (int sub = (int)Math.Max(0, subcluster - first); !entry.IsAbsent && sub < 1 << perCluster; sub++)
                {
                    if (wanted(entry.Kind(sub)))
                    {
                        return Math.Min(first + sub, Header.SubclusterCount);
                    }
                }

                subcluster = first + (1L << perCluster);
            }
        }

        return Header.SubclusterCount;
    }

    /// <summary>The run that begins at <paramref name="start"/>, as far as subclusters from <paramref name="next"/> on are of the kind.</summary>
    private ByteRange RangeOf(long start, long next, Func<Qcow2ClusterKind, bool> wanted)
    {
        long last = Math.Min(next + MaxRun, Header.SubclusterCount);
        while (next < last && wanted(Tables.Kind(next)))
        {
            next++;
        }

        return ByteRange.FromBounds(start, Math.Min(next << Header.SubclusterBits, Length));
    }

    /// <summary>The first run of backing data inside [offset, end) that nothing of this file hides; empty at the length when there is none.</summary>
    private ByteRange NextBackingData(long offset, long end)
    {
        if (_backing is null)
        {
            return new ByteRange(Length, 0);
        }

        while (offset < end)
        {
            ByteRange data = _backing.NextData(Math.Min(offset, _backing.Length)).Intersect(ByteRange.FromBounds(offset, end));
            if (data.IsEmpty)
            {
                break;
            }

            // What reads as zero in this file hides what lies below.
            long subcluster = data.Start >> Header.SubclusterBits;
            if (!IsOwn(Tables.Kind(subcluster)))
            {
                ByteRange shown = RangeOf(data.Start, subcluster + 1, kind => !IsOwn(kind));
                return ByteRange.FromBounds(data.Start, Math.Min(data.End, shown.End));
            }

            offset = (subcluster + 1) << Header.SubclusterBits;
        }

        return new ByteRange(Length, 0);
    }

    /// <summary>How the subcluster around an offset is stored, and where that offset is in the file if it holds data.</summary>
    private readonly record struct Stored(Qcow2ClusterKind Kind, long HostOffset);
}
