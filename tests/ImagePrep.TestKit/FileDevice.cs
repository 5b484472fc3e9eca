using ImagePrep.Storage.Blocks;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.TestKit;

/// <summary>A raw image file as a device that can be written, for tests that edit images in place.</summary>
public sealed class FileDevice : IBlockDevice, IDisposable
{
    private readonly SafeFileHandle _file;

    public FileDevice(string path)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        Length = RandomAccess.GetLength(_file);
    }

    public long Length { get; }

    public void ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        int done = 0;
        while (done < destination.Length)
        {
            int read = RandomAccess.Read(_file, destination[done..], offset + done);
            done += read > 0 ? read : throw new EndOfStreamException();
        }
    }

    public void WriteAt(long offset, ReadOnlySpan<byte> source)
    {
        if (offset < 0 || offset > Length - source.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        RandomAccess.Write(_file, source, offset);
    }

    public ByteRange NextData(long offset) => ByteRange.FromBounds(Math.Min(offset, Length), Length);

    public void Dispose() => _file.Dispose();
}
