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
    /// <summary>Callers ask for the next run very often; a run of this many clusters is long enough for any of them, and cheap to find.</summary>
    private const int MaxRunClusters = 1024;

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
    /// <param name="backing">The backing disk the caller has opened, or null for an image that must stand alone.</param>
    public static Qcow2Image Open(HostFile file, IBlockReader? backing = null)
    {
        Qcow2Header header = Qcow2Header.Parse(file.ReadBytes(0, (int)Math.Min(Qcow2Header.MaxSize, file.Length)));
        byte[] firstCluster = file.ReadBytes(0, (int)Math.Min(header.ClusterSize, file.Length));
        ReadOnlySpan<byte> backingName = BackingNameIn(firstCluster, header);
        int extensionsEnd = backingName.IsEmpty ? firstCluster.Length : (int)header.BackingFileOffset;
        int extensionsStart = Math.Min(header.HeaderLength, extensionsEnd);
        IReadOnlyList<Qcow2HeaderExtension> extensions = Qcow2HeaderExtension.ParseAll(firstCluster.AsSpan(extensionsStart, extensionsEnd - extensionsStart));
        string? name = backingName.IsEmpty ? null : PrintableText.From(backingName);
        Qcow2Features.RefuseUnhandled(header, extensions, name, backing is not null);
        if (header.CompressionType == 1 && !LibZstd.IsAvailable)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature, "qcow2 image", "its clusters are compressed with zstd, and libzstd.so.1 is not installed. Install it (package libzstd1).");
        }

        return new Qcow2Image(file, header, name, backing);
    }

    public void ReadAt(long offset, Span<byte> destination)
    {
        BlockBounds.Check(Length, offset, destination.Length);
        while (!destination.IsEmpty)
        {
            long cluster = offset >> Header.ClusterBits;
            int within = (int)(offset & (Header.ClusterSize - 1));
            Qcow2ClusterEntry entry = Tables[cluster];
            int count = Math.Min(Header.ClusterSize - within, destination.Length);
            if (entry.Kind == Qcow2ClusterKind.Compressed)
            {
                _inflater.Read(entry, within, destination[..count]);
            }
            else
            {
                count = ExtendRun(cluster, entry, count, destination.Length);
                ReadRun(entry, offset, within, destination[..count]);
            }

            offset += count;
            destination = destination[count..];
        }
    }

    public ByteRange NextData(long offset)
    {
        long cluster = offset >> Header.ClusterBits;
        if (offset >= Length || !FindData(ref cluster))
        {
            return NextBackingData(offset, Length);
        }

        long start = Math.Max(offset, cluster << Header.ClusterBits);
        ByteRange backing = NextBackingData(offset, start);
        if (!backing.IsEmpty)
        {
            return backing;
        }

        long end = cluster + 1;
        while (end < Header.ClusterCount && end - cluster < MaxRunClusters && HoldsData(Tables[end]))
        {
            end++;
        }

        return ByteRange.FromBounds(start, Math.Min(end << Header.ClusterBits, Length));
    }

    /// <summary>Runs of clusters that are not simply absent from this file.</summary>
    public IEnumerable<ByteRange> OwnRanges()
    {
        long start = -1;
        for (long cluster = 0; cluster < Header.ClusterCount; cluster++)
        {
            if (Tables.Table((int)(cluster >> (Header.ClusterBits - 3))) is null)
            {
                // A missing table is as many absent clusters; go to its last one.
                if (start >= 0)
                {
                    yield return RunOf(start, cluster);
                    start = -1;
                }

                cluster |= Header.L2Entries - 1L;
            }
            else if (Tables[cluster].Kind != Qcow2ClusterKind.Unallocated)
            {
                start = start < 0 ? cluster : start;
            }
            else if (start >= 0)
            {
                yield return RunOf(start, cluster);
                start = -1;
            }
        }

        if (start >= 0)
        {
            yield return RunOf(start, Header.ClusterCount);
        }
    }

    public void Dispose() => _inflater.Dispose();

    private ByteRange RunOf(long firstCluster, long endCluster) =>
        ByteRange.FromBounds(firstCluster << Header.ClusterBits, Math.Min(endCluster << Header.ClusterBits, Length));

    private static ReadOnlySpan<byte> BackingNameIn(ReadOnlySpan<byte> firstCluster, Qcow2Header header)
    {
        if (header.BackingFileOffset == 0)
        {
            return [];
        }

        if (header.BackingFileSize is 0 or > Qcow2Header.MaxBackingNameLength)
        {
            throw CorruptImageException.OutOfRange("qcow2 header", "backing_file_size", header.BackingFileSize, $"1 to {Qcow2Header.MaxBackingNameLength}");
        }

        return header.BackingFileOffset <= (ulong)firstCluster.Length && header.BackingFileSize <= (ulong)firstCluster.Length - header.BackingFileOffset
            ? firstCluster.Slice((int)header.BackingFileOffset, (int)header.BackingFileSize)
            : throw CorruptImageException.OutOfRange("qcow2 header", "backing_file_offset", header.BackingFileOffset, "a name inside the first cluster");
    }

    private static bool HoldsData(Qcow2ClusterEntry entry) => entry.Kind is Qcow2ClusterKind.Data or Qcow2ClusterKind.Compressed;

    /// <summary>Adds the clusters that follow in the file, too, or that are not in the file either.</summary>
    private int ExtendRun(long cluster, Qcow2ClusterEntry first, int count, int wanted)
    {
        for (long next = 1; count < wanted; next++)
        {
            Qcow2ClusterEntry entry = Tables[cluster + next];
            if (entry.Kind != first.Kind
                || (first.Kind == Qcow2ClusterKind.Data && entry.HostOffset != first.HostOffset + (next << Header.ClusterBits)))
            {
                break;
            }

            count = (int)Math.Min((long)count + Header.ClusterSize, wanted);
        }

        return count;
    }

    private void ReadRun(Qcow2ClusterEntry first, long offset, int within, Span<byte> destination)
    {
        if (first.Kind == Qcow2ClusterKind.Data)
        {
            _file.ReadAt(first.HostOffset + within, destination);
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

    /// <summary>Moves to the first cluster at or after <paramref name="cluster"/> that this file stores.</summary>
    private bool FindData(ref long cluster)
    {
        while (cluster < Header.ClusterCount)
        {
            int l1Index = (int)(cluster >> (Header.ClusterBits - 3));
            ulong[]? table = Tables.Table(l1Index);
            for (int i = (int)(cluster & (Header.L2Entries - 1)); table is not null && i < table.Length; i++)
            {
                if (table[i] != 0 && HoldsData(Qcow2ClusterEntry.FromChecked(table[i])))
                {
                    cluster = ((long)l1Index << (Header.ClusterBits - 3)) + i;
                    return cluster < Header.ClusterCount;
                }
            }

            cluster = (l1Index + 1L) << (Header.ClusterBits - 3);
        }

        return false;
    }

    /// <summary>The first run of backing data inside [offset, end) that no cluster of this file hides; empty at the length when there is none.</summary>
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

            // Zero clusters of this file hide what lies below.
            long cluster = data.Start >> Header.ClusterBits;
            long clusterEnd = (cluster + 1) << Header.ClusterBits;
            if (Tables[cluster].Kind == Qcow2ClusterKind.Unallocated)
            {
                while (clusterEnd < data.End && Tables[clusterEnd >> Header.ClusterBits].Kind == Qcow2ClusterKind.Unallocated)
                {
                    clusterEnd += Header.ClusterSize;
                }

                return ByteRange.FromBounds(data.Start, Math.Min(data.End, clusterEnd));
            }

            offset = clusterEnd;
        }

        return new ByteRange(Length, 0);
    }
}
