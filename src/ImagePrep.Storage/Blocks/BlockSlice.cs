namespace ImagePrep.Storage.Blocks;

/// <summary>A window of another reader: a partition of a disk, say. Offset 0 is the first byte of the window.</summary>
public sealed class BlockSlice : IBlockReader
{
    private readonly IBlockReader _inner;
    private readonly ByteRange _window;

    public BlockSlice(IBlockReader inner, ByteRange window)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window.End, inner.Length, nameof(window));
        _inner = inner;
        _window = window;
    }

    public long Length => _window.Length;

    public void ReadAt(long offset, Span<byte> destination)
    {
        BlockBounds.Check(Length, offset, destination.Length);
        _inner.ReadAt(_window.Start + offset, destination);
    }

    public ByteRange NextData(long offset)
    {
        ByteRange data = _inner.NextData(_window.Start + Math.Min(offset, Length)).Intersect(_window);
        return data.IsEmpty ? new ByteRange(Length, 0) : new ByteRange(data.Start - _window.Start, data.Length);
    }
}
