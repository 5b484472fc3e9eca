namespace ImagePrep.Storage.Blocks;

/// <summary>A writable window of a device. Offset 0 is the first byte of the window.</summary>
public sealed class BlockDeviceSlice(IBlockDevice inner, ByteRange window) : IBlockDevice
{
    private readonly BlockSlice _reader = new(inner, window);

    public long Length => _reader.Length;

    public void ReadAt(long offset, Span<byte> destination) => _reader.ReadAt(offset, destination);

    public ByteRange NextData(long offset) => _reader.NextData(offset);

    public void WriteAt(long offset, ReadOnlySpan<byte> source)
    {
        BlockBounds.Check(Length, offset, source.Length);
        inner.WriteAt(window.Start + offset, source);
    }
}
