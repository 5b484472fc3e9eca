using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Blocks.Native;

/// <summary>Which parts of a host file its file system really stores (SEEK_DATA, SEEK_HOLE).</summary>
internal static class FileHoles
{
    /// <summary>
    /// The first stored run at or after <paramref name="offset"/>; empty at <paramref name="length"/> when only holes follow. Where the file
    /// system cannot tell, the whole rest. The seeks move the handle's own position, which nothing else uses: all reads are positional.
    /// </summary>
    public static ByteRange NextData(SafeFileHandle file, long offset, long length)
    {
        if (offset >= length)
        {
            return new ByteRange(length, 0);
        }

        if (!LibC.IsAvailable)
        {
            return ByteRange.FromBounds(offset, length);
        }

        long start = LibC.Seek(file, offset, LibC.SeekData);
        if (start < 0)
        {
            return Marshal.GetLastPInvokeError() == LibC.ErrorNoSuchAddress
                ? new ByteRange(length, 0)
                : ByteRange.FromBounds(offset, length);
        }

        if (start >= length)
        {
            return new ByteRange(length, 0);
        }

        long end = LibC.Seek(file, start, LibC.SeekHole);
        return ByteRange.FromBounds(start, end <= start ? length : Math.Min(end, length));
    }

    /// <summary>Length of a file or block device; a device has no length in its metadata, only an end to seek to.</summary>
    public static long Length(SafeFileHandle file, HostFileKind kind)
    {
        if (kind != HostFileKind.BlockDevice)
        {
            return RandomAccess.GetLength(file);
        }

        long end = LibC.Seek(file, 0, LibC.SeekEnd);
        return end >= 0 ? end : throw new IOException("The length of the block device cannot be read.", Marshal.GetLastPInvokeError());
    }
}
