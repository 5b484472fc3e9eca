namespace ImagePrep.Storage.Blocks;

/// <summary>
/// A reader in which some runs read as zero whatever lies below: free blocks and emptied journals, whose old bytes must not reach an output.
/// </summary>
public sealed class MaskedReader : IBlockReader
{
    private readonly IBlockReader _below;
    private readonly ByteRange[] _hidden;

    /// <param name="below">What is read.</param>
    /// <param name="hidden">Runs that read as zero, in any order; overlapping ones are joined.</param>
    public MaskedReader(IBlockReader below, IEnumerable<ByteRange> hidden)
    {
        _below = below;
        _hidden = [.. SortedRanges.Join(hidden)];
    }

    public long Length => _below.Length;

    /// <summary>How many bytes are hidden.</summary>
    public long HiddenBytes => _hidden.Sum(range => range.Length);

    public void ReadAt(long offset, Span<byte> destination)
    {
        BlockBounds.Check(Length, offset, destination.Length);
        int next = FirstHiddenEndingAfter(offset);
        while (!destination.IsEmpty)
        {
            long visibleEnd = next < _hidden.Length ? _hidden[next].Start : Length;
            int visible = (int)Math.Clamp(visibleEnd - offset, 0, destination.Length);
            if (visible > 0)
            {
                _below.ReadAt(offset, destination[..visible]);
                offset += visible;
                destination = destination[visible..];
            }

            if (!destination.IsEmpty)
            {
                int zero = (int)Math.Min(_hidden[next++].End - offset, destination.Length);
                destination[..zero].Clear();
                offset += zero;
                destination = destination[zero..];
            }
        }
    }

    public ByteRange NextData(long offset)
    {
        while (offset < Length)
        {
            int next = FirstHiddenEndingAfter(offset);
            if (next < _hidden.Length && _hidden[next].Start <= offset)
            {
                offset = _hidden[next].End;
                continue;
            }

            long visibleEnd = next < _hidden.Length ? _hidden[next].Start : Length;
            ByteRange data = _below.NextData(offset);
            if (data.IsEmpty)
            {
                break;
            }

            if (data.Start < visibleEnd)
            {
                return ByteRange.FromBounds(data.Start, Math.Min(data.End, visibleEnd));
            }

            offset = data.Start;
        }

        return new ByteRange(Length, 0);
    }

    private int FirstHiddenEndingAfter(long offset) => SortedRanges.FirstEndingAfter(_hidden, offset);
}
