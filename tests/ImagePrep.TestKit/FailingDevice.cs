using ImagePrep.Storage.Blocks;

namespace ImagePrep.TestKit;

/// <summary>A device that fails once, at its n-th write: what stands behind it must then be as before the call.</summary>
public sealed class FailingDevice(IBlockDevice inner, int failAt) : IBlockDevice
{
    public const string Message = "the host is out of order";

    private int _writes;

    public long Length => inner.Length;

    public void ReadAt(long offset, Span<byte> destination) => inner.ReadAt(offset, destination);

    public ByteRange NextData(long offset) => inner.NextData(offset);

    public void WriteAt(long offset, ReadOnlySpan<byte> source)
    {
        if (++_writes == failAt)
        {
            throw new IOException(Message);
        }

        inner.WriteAt(offset, source);
    }
}
