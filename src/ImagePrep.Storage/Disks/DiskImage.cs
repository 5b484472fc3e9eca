using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Qcow2;
using ImagePrep.Storage.Disks.Raw;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks;

/// <summary>
/// A disk image file, read as the disk the guest sees. The file is opened read-only, with QEMU's locks taken as a reader, and never written.
/// Reads from several threads are safe.
/// </summary>
public sealed class DiskImage : IBlockReader, IDisposable
{
    private readonly HostFile _file;
    private readonly IBlockReader _disk;
    private readonly DiskImage? _listedBacking;

    private DiskImage(HostFile file, DiskFormat format, IBlockReader disk, DiskImage? listedBacking, IReadOnlyList<string> notes)
    {
        _file = file;
        _disk = disk;
        _listedBacking = listedBacking;
        Format = format;
        Notes = notes;
    }

    public DiskFormat Format { get; }

    /// <summary>The listed image below this one; null for a base.</summary>
    public DiskImage? Backing => _listedBacking;

    public string Path => _file.Path;

    /// <summary>Length of the disk in bytes, as the guest sees it.</summary>
    public long Length => _disk.Length;

    /// <summary>Length of the file in bytes.</summary>
    public long FileLength => _file.Length;

    /// <summary>
    /// What the image holds and a reader of its disk does not see (internal snapshots, persistent bitmaps, unknown additions), and backing files
    /// whose names are not those in the images above them. Sentences without a full stop, printable.
    /// </summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Opens an image that stands alone; one that names a second file is refused.</summary>
    /// <param name="path">A file or block device.</param>
    /// <param name="declared">What the user says it is; without it, the content has to prove its format.</param>
    /// <exception cref="CorruptImageException">The image contradicts its own format.</exception>
    /// <exception cref="UnsupportedImageException">The format, or a feature the image uses, is not handled; or a running program holds it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DiskImage Open(string path, DiskFormat? declared = null) => OpenChain([path], declared);

    /// <summary>
    /// Opens an image over backing files that the caller lists, every one of them. What the images call their backing files is compared for
    /// <see cref="Notes"/> only; nothing that is not listed is opened.
    /// </summary>
    /// <param name="paths">From the image the guest would be given down to the base, which stands alone.</param>
    /// <param name="declared">What the first one is. The others are what the image above declares them to be, or else have to prove it.</param>
    /// <inheritdoc cref="Open(string, DiskFormat?)"/>
    public static DiskImage OpenChain(IReadOnlyList<string> paths, DiskFormat? declared = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfZero(paths.Count, nameof(paths));
        DiskImage image = OpenChain(paths, first: 0, declared);
        try
        {
            // A raw file was looked at when its format was decided.
            if (image.Format != DiskFormat.Raw)
            {
                DiskFormatProbe.RefuseImageInside(image, image.Path);
            }

            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>Opens a qcow2 overlay over a backing disk that the caller has opened. The name inside the overlay is never followed.</summary>
    /// <inheritdoc cref="Open(string, DiskFormat?)"/>
    public static DiskImage OpenOverlay(string path, IBlockReader backing)
    {
        ArgumentNullException.ThrowIfNull(backing);
        HostFile file = HostFile.Open(path);
        try
        {
            Qcow2Head head = ReadHead(file, DiskFormatProbe.Decide(file, path, DiskFormat.Qcow2))!;
            return new DiskImage(file, DiskFormat.Qcow2, Qcow2Image.Open(file, head, backing), listedBacking: null, Qcow2Ignored.In(head));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void ReadAt(long offset, Span<byte> destination) => _disk.ReadAt(offset, destination);

    public ByteRange NextData(long offset) => _disk.NextData(offset);

    /// <summary>Where bytes of the disk lie in the file, in order, for <see cref="Output.ImageCloner"/> to patch a copy.</summary>
    /// <exception cref="UnsupportedImageException">Some of them are not stored, compressed, or shared with something else.</exception>
    public IReadOnlyList<ByteRange> LocateInFile(ByteRange range)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.End, Length, nameof(range));
        return _disk is Qcow2Image qcow2 ? Qcow2FileMap.Locate(qcow2, _file, range) : [range];
    }

    /// <summary>The runs of the disk that this file stores itself, zeros that hide a backing disk included: what an overlay overrides.</summary>
    public IEnumerable<ByteRange> OwnRanges() => _disk is Qcow2Image qcow2 ? qcow2.OwnRanges() : [new ByteRange(0, Length)];

    /// <summary>The backing file's name as it stands in an overlay, made printable; null when there is none.</summary>
    public string? BackingName => (_disk as Qcow2Image)?.BackingName;

    /// <summary>Call after the last read: what was read is one state of the disk only if nobody wrote to the file meanwhile.</summary>
    /// <exception cref="IOException">The file changed since it was opened.</exception>
    public void VerifyUnchanged()
    {
        _file.VerifyUnchanged();
        _listedBacking?.VerifyUnchanged();
    }

    public void Dispose()
    {
        (_disk as IDisposable)?.Dispose();
        _file.Dispose();
        _listedBacking?.Dispose();
    }

    private static DiskImage OpenChain(IReadOnlyList<string> paths, int first, DiskFormat? declared)
    {
        string path = paths[first];
        bool isBase = first == paths.Count - 1;
        DiskImage? backing = null;
        HostFile file = HostFile.Open(path);
        try
        {
            DiskFormat format = DiskFormatProbe.Decide(file, path, declared);
            if (ReadHead(file, format) is not { } head)
            {
                return isBase
                    ? OpenRaw(file)
                    : throw new UnsupportedImageException(UnsupportedKind.Ambiguous, "raw image", $"'{path}' is raw and has no backing file, but '{paths[first + 1]}' is listed below it.");
            }

            List<string> notes = [.. Qcow2Ignored.In(head)];
            Qcow2Features.RefuseUnhandled(head, backingIsListed: !isBase);
            if (!isBase)
            {
                backing = OpenChain(paths, first + 1, FormatOfBacking(head, paths[first + 1]));
                notes.AddRange(NotesOnBacking(head, path, backing));
            }

            return new DiskImage(file, format, Qcow2Image.Open(file, head, backing), backing, notes);
        }
        catch
        {
            backing?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>A guest sees whole sectors: of the last one, what the file lacks reads as zeros, as QEMU has it.</summary>
    private static DiskImage OpenRaw(HostFile file)
    {
        const int SectorSize = Qcow2ClusterEntry.SectorSize;
        int partial = (int)(file.Length % SectorSize);
        if (partial == 0)
        {
            return new DiskImage(file, DiskFormat.Raw, file, listedBacking: null, []);
        }

        ComposedReader whole = new(file.Length + SectorSize - partial, [(0, file)]);
        string note = $"the file ends {partial} bytes into a sector of {SectorSize}; the rest of that sector is taken for zeros, as QEMU does";
        return new DiskImage(file, DiskFormat.Raw, whole, listedBacking: null, [note]);
    }

    private static Qcow2Head? ReadHead(HostFile file, DiskFormat format) => format == DiskFormat.Qcow2 ? Qcow2Head.Read(file) : null;

    /// <summary>The overlay's word is a declaration like the user's: content that contradicts it is refused.</summary>
    private static DiskFormat? FormatOfBacking(Qcow2Head overlay, string path) => overlay.BackingFormat switch
    {
        null => null,
        "raw" => DiskFormat.Raw,
        "qcow2" => DiskFormat.Qcow2,
        string other => throw new UnsupportedImageException(UnsupportedKind.Format, "qcow2 image", $"its backing file '{path}' is declared to be '{other}'; raw and qcow2 are handled."),
    };

    private static IEnumerable<string> NotesOnBacking(Qcow2Head overlay, string path, DiskImage backing)
    {
        string expected = overlay.BackingName!;
        if (System.IO.Path.GetFileName(expected) != System.IO.Path.GetFileName(backing.Path))
        {
            yield return $"'{path}' calls its backing file '{expected}'; '{backing.Path}' was listed and is read";
        }

        foreach (string note in backing.Notes)
        {
            yield return $"in '{backing.Path}', {note}";
        }
    }
}
