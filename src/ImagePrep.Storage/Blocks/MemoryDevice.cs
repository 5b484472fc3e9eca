namespace ImagePrep.Storage.Blocks;

/// <summary>A device in memory, for small things: a boot gap, a partition table, a test image.</summary>
public sealed class MemoryDevice(byte[] bytes) : IBlockDevice
{
    public long Length => bytes.Length;

    public void ReadAt(long offset, Span<byte> destination)
    {
        BlockBounds.Check(Length, offset, destination.Length);
        bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
    }

    public void WriteAt(long offset, ReadOnlySpan<byte> source)
    {
        BlockBounds.Check(Length, offset, source.Length);
        source.CopyTo(bytes.AsSpan((int)offset));
    }

    public ByteRange NextData(long offset) => ByteRange.FromBounds(Math.Min(offset, Length), Length);
}
