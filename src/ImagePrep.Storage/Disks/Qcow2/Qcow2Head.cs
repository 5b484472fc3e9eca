using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Raw;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>What the first cluster of an image says: header, extensions, and the name of a backing file, which is only ever shown.</summary>
/// <param name="Header">The header.</param>
/// <param name="Extensions">Its extensions, in order.</param>
/// <param name="BackingName">The backing file name, made printable; null when there is none.</param>
internal sealed record Qcow2Head(Qcow2Header Header, IReadOnlyList<Qcow2HeaderExtension> Extensions, string? BackingName)
{
    /// <summary>The format that the image gives its backing file, made printable; null when it does not say.</summary>
    public string? BackingFormat => Find(Qcow2HeaderExtension.BackingFormat) is { } found ? PrintableText.From(found.Data) : null;

    public static Qcow2Head Read(HostFile file)
    {
        Qcow2Header header = Qcow2Header.Parse(file.ReadBytes(0, (int)Math.Min(Qcow2Header.MaxSize, file.Length)));
        CheckSnapshotTable(file, header);
        byte[] firstCluster = file.ReadBytes(0, (int)Math.Min(header.ClusterSize, file.Length));
        ReadOnlySpan<byte> backingName = BackingNameIn(firstCluster, header);
        int extensionsEnd = backingName.IsEmpty ? firstCluster.Length : (int)header.BackingFileOffset;
        int extensionsStart = Math.Min(header.HeaderLength, extensionsEnd);
        IReadOnlyList<Qcow2HeaderExtension> extensions = Qcow2HeaderExtension.ParseAll(firstCluster.AsSpan(extensionsStart, extensionsEnd - extensionsStart));
        return new Qcow2Head(header, extensions, backingName.IsEmpty ? null : PrintableText.From(backingName));
    }

    public Qcow2HeaderExtension? Find(uint type) => Extensions.FirstOrDefault(extension => extension.Type == type);

    /// <summary>The snapshots are not read; that their table can be there is a sign that the header means what it says.</summary>
    private static void CheckSnapshotTable(HostFile file, Qcow2Header header)
    {
        const int smallestEntry = 40;
        long needed = (long)header.SnapshotCount * smallestEntry;
        if (needed > 0 && header.SnapshotsOffset > file.Length - needed)
        {
            throw CorruptImageException.Truncated("qcow2 snapshot table", needed, Math.Max(0, file.Length - header.SnapshotsOffset));
        }
    }

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
}
