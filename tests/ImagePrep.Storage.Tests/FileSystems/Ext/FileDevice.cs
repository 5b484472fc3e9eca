using ImagePrep.Storage.Blocks;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>An image file as a device: tests write in place, so that outside tools see the result.</summary>
internal sealed class FileDevice(string path) : IBlockDevice, IDisposable
{
    private readonly SafeFileHandle _handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    public long Length { get; } = new FileInfo(path).Length;

    public int Reads { get; private set; }

    public int Writes { get; private set; }

    public void ReadAt(long offset, Span<byte> destination)
    {
        Reads++;
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        while (!destination.IsEmpty)
        {
            int count = RandomAccess.Read(_handle, destination, offset);
            count.ShouldBeGreaterThan(0);
            destination = destination[count..];
            offset += count;
        }
    }

    public void WriteAt(long offset, ReadOnlySpan<byte> source)
    {
        Writes++;
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - source.Length);
        RandomAccess.Write(_handle, source, offset);
    }

    public ByteRange NextData(long offset) => ByteRange.FromBounds(Math.Min(offset, Length), Length);

    public void Dispose() => _handle.Dispose();
}
