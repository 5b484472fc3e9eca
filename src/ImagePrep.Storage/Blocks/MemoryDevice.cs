namespace ImagePrep.Storage.Blocks;

/// <summary>A device in memory, for small things: a boot gap, a partition table, a test image.</summary>
public sealed class MemoryDevice(Memory<byte> bytes) : IBlockDevice
{
    public MemoryDevice(byte[] bytes)
        : this(bytes.AsMemory())
    {
    }

    public long Length => bytes.Length;

    public void ReadAt(long offset, Span<byte> destination)
    {
        BlockBounds.Check(Length, offset, destination.Length);
        bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
    }

    public void WriteAt(long offset, ReadOnlySpan<byte> source)
    {
        BlockBounds.Check(Length, offset, source.Length);
        source.CopyTo(bytes.Span[(int)offset..]);
    }

    public ByteRange NextData(long offset) => ByteRange.FromBounds(Math.Min(offset, Length), Length);
}
