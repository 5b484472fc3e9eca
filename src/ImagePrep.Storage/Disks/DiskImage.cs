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

    private DiskImage(HostFile file, DiskFormat format, IBlockReader disk)
    {
        _file = file;
        _disk = disk;
        Format = format;
    }

    public DiskFormat Format { get; }

    public string Path => _file.Path;

    /// <summary>Length of the disk in bytes, as the guest sees it.</summary>
    public long Length => _disk.Length;

    /// <summary>Length of the file in bytes.</summary>
    public long FileLength => _file.Length;

    /// <summary>Opens an image that stands alone; one that names a second file is refused.</summary>
    /// <param name="path">A file or block device.</param>
    /// <param name="declared">What the user says it is; without it, the content has to prove its format.</param>
    /// <exception cref="CorruptImageException">The image contradicts its own format.</exception>
    /// <exception cref="UnsupportedImageException">The format, or a feature the image uses, is not handled; or a running program holds it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DiskImage Open(string path, DiskFormat? declared = null) => Open(path, declared, backing: null);

    /// <summary>Opens a qcow2 overlay over a backing disk that the caller has opened. The name inside the overlay is never followed.</summary>
    /// <inheritdoc cref="Open(string, DiskFormat?)"/>
    public static DiskImage OpenOverlay(string path, IBlockReader backing)
    {
        ArgumentNullException.ThrowIfNull(backing);
        return Open(path, DiskFormat.Qcow2, backing);
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
    public void VerifyUnchanged() => _file.VerifyUnchanged();

    public void Dispose()
    {
        (_disk as IDisposable)?.Dispose();
        _file.Dispose();
    }

    private static DiskImage Open(string path, DiskFormat? declared, IBlockReader? backing)
    {
        HostFile file = HostFile.Open(path);
        try
        {
            DiskFormat format = DiskFormatProbe.Decide(file, path, declared);
            return new DiskImage(file, format, format == DiskFormat.Raw ? file : Qcow2Image.Open(file, backing));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
