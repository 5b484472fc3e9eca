namespace ImagePrep.Storage.Blocks;

/// <summary>
/// A device put together from pieces of other readers; what no piece covers reads as zero. This is how a disk is repartitioned without
/// copying: a new table, the boot gap, then slices of the base at their new offsets.
/// </summary>
public sealed class ComposedReader : IBlockReader
{
    private readonly Piece[] _pieces;
    private readonly ByteRange[] _places;

    /// <param name="length">Length of the whole in bytes.</param>
    /// <param name="pieces">Offset in the whole and the reader found there, in any order.</param>
    /// <exception cref="ArgumentException">Two pieces overlap, or one reaches beyond <paramref name="length"/>.</exception>
    public ComposedReader(long length, IEnumerable<(long Offset, IBlockReader Content)> pieces)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _pieces = [.. pieces.Where(p => p.Content.Length > 0)
            .Select(p => new Piece(new ByteRange(p.Offset, p.Content.Length), p.Content))
            .OrderBy(p => p.Range.Start)];
        _places = [.. _pieces.Select(piece => piece.Range)];
        for (int i = 0; i < _pieces.Length; i++)
        {
            if (_pieces[i].Range.End > length)
            {
                throw new ArgumentException($"The piece {_pieces[i].Range} reaches beyond the device of {length} bytes.", nameof(pieces));
            }

            if (i > 0 && _pieces[i].Range.Start < _pieces[i - 1].Range.End)
            {
                throw new ArgumentException($"The pieces {_pieces[i - 1].Range} and {_pieces[i].Range} overlap.", nameof(pieces));
            }
        }
    }

    public long Length { get; }

    public void ReadAt(long offset, Span<byte> destination)
    {
        BlockBounds.Check(Length, offset, destination.Length);
        int next = FirstPieceEndingAfter(offset);
        while (!destination.IsEmpty)
        {
            if (next == _pieces.Length || _pieces[next].Range.Start >= offset + destination.Length)
            {
                destination.Clear();
                return;
            }

            Piece piece = _pieces[next++];
            int gap = (int)Math.Max(0, piece.Range.Start - offset);
            destination[..gap].Clear();
            offset += gap;
            destination = destination[gap..];

            int count = (int)Math.Min(destination.Length, piece.Range.End - offset);
            piece.Content.ReadAt(offset - piece.Range.Start, destination[..count]);
            offset += count;
            destination = destination[count..];
        }
    }

    public ByteRange NextData(long offset)
    {
        for (int i = FirstPieceEndingAfter(offset); i < _pieces.Length; i++)
        {
            Piece piece = _pieces[i];
            ByteRange data = piece.Content.NextData(Math.Max(0, offset - piece.Range.Start));
            if (!data.IsEmpty)
            {
                return new ByteRange(piece.Range.Start + data.Start, data.Length);
            }
        }

        return new ByteRange(Length, 0);
    }

    private int FirstPieceEndingAfter(long offset) => SortedRanges.FirstEndingAfter(_places, offset);

    private sealed record Piece(ByteRange Range, IBlockReader Content);
}
