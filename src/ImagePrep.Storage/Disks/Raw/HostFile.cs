using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Blocks.Native;
using ImagePrep.Storage.Errors;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Disks.Raw;

/// <summary>
/// A file or block device of the host, opened for reading and never written. It is also the reader of raw images, whose bytes are the disk's.
/// </summary>
internal sealed class HostFile : IBlockReader, IDisposable
{
    private readonly DateTime _modified;
    private readonly HostFileKind _kind;
    private DataRun? _lastRun;

    private HostFile(string path, SafeFileHandle handle, HostFileKind kind)
    {
        Path = path;
        Handle = handle;
        _kind = kind;
        Length = FileHoles.Length(handle, kind);
        _modified = ModifiedTime();
    }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    public long Length { get; }

    /// <exception cref="IOException">Missing, not readable, or not a file or block device.</exception>
    /// <exception cref="UnsupportedImageException">A running program holds the image.</exception>
    public static HostFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        HostFileKind kind = HostFileKinds.Of(path);
        switch (kind)
        {
            case HostFileKind.Missing:
                throw new FileNotFoundException($"The image '{path}' does not exist.", path);
            case HostFileKind.Folder:
                throw new IOException($"'{path}' is a folder; name the image file inside it.");
            case HostFileKind.Other:
                throw new IOException($"'{path}' is a pipe, socket or character device; an image must be a file or a block device. Save it to a file first.");
        }

        SafeFileHandle handle = OpenHandle(path);
        try
        {
            if (!QemuImageLock.TryAcquireForReading(handle))
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.InUse,
                    "image",
                    $"'{path}' is opened for writing by a running program (a virtual machine, or a QEMU tool). Shut it down, or work on a copy.");
            }

            return new HostFile(path, handle, kind);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void ReadAt(long offset, Span<byte> destination)
    {
        BlockBounds.Check(Length, offset, destination.Length);
        while (!destination.IsEmpty)
        {
            int count = RandomAccess.Read(Handle, destination, offset);
            if (count <= 0)
            {
                throw new IOException($"'{Path}' became shorter while it was read: it ended at byte {offset}, and was {Length} bytes long when opened.");
            }

            offset += count;
            destination = destination[count..];
        }
    }

    public ByteRange NextData(long offset)
    {
        // Readers above ask again and again inside one long run; the run is remembered. The object is immutable, so that threads may race.
        DataRun? last = Volatile.Read(ref _lastRun);
        if (last is not null && offset >= last.Range.Start && offset < last.Range.End)
        {
            return ByteRange.FromBounds(offset, last.Range.End);
        }

        ByteRange found = FileHoles.NextData(Handle, offset, Length);
        Volatile.Write(ref _lastRun, new DataRun(found));
        return found;
    }

    /// <summary>Call after the last read: what was read is one state of the file only if nobody wrote to it meanwhile.</summary>
    /// <exception cref="IOException">Length or modification time changed since the file was opened.</exception>
    public void VerifyUnchanged()
    {
        if (FileHoles.Length(Handle, _kind) != Length || ModifiedTime() != _modified)
        {
            throw new IOException($"'{Path}' was changed by another program while it was read. Nothing of it can be trusted; run again when it is left alone.");
        }
    }

    public void Dispose() => Handle.Dispose();

    private static SafeFileHandle OpenHandle(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.None);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"'{path}' may not be read by this user.", denied);
        }
    }

    // The time of a device node says nothing about the device.
    private DateTime ModifiedTime() => _kind == HostFileKind.RegularFile ? File.GetLastWriteTimeUtc(Handle) : default;

    private sealed record DataRun(ByteRange Range);
}
