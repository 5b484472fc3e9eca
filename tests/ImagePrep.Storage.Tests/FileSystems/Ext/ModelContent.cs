using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>The bytes of a file without its holes, so that a model may hold files whose end is far out.</summary>
internal sealed class ModelContent
{
    private const int Piece = 4096;

    private readonly SortedDictionary<long, byte[]> _pieces = [];

    public long Length { get; private set; }

    public void Replace(ReadOnlySpan<byte> content)
    {
        _pieces.Clear();
        Length = 0;
        Write(0, content);
    }

    public void Write(long offset, ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            int within = (int)(offset % Piece);
            int count = Math.Min(Piece - within, content.Length);
            if (!_pieces.TryGetValue(offset / Piece, out byte[]? piece))
            {
                piece = new byte[Piece];
                _pieces.Add(offset / Piece, piece);
            }

            content[..count].CopyTo(piece.AsSpan(within));
            content = content[count..];
            offset += count;
            Length = Math.Max(Length, offset);
        }
    }

    public void Resize(long length)
    {
        foreach (long behind in _pieces.Keys.Where(key => key * Piece >= length).ToArray())
        {
            _pieces.Remove(behind);
        }

        if (_pieces.TryGetValue(length / Piece, out byte[]? last))
        {
            last.AsSpan((int)(length % Piece)).Clear();
        }

        Length = length;
    }

    public byte[] ToArray()
    {
        byte[] content = new byte[Length];
        foreach ((long index, byte[] piece) in _pieces)
        {
            long start = index * Piece;
            piece.AsSpan(0, (int)Math.Min(Piece, Length - start)).CopyTo(content.AsSpan((int)start));
        }

        return content;
    }

    /// <summary>Fails at the first difference. Of a hole only the start and the end are read.</summary>
    public void ShouldBe(IFileSystemReader files, NodeId node, string path)
    {
        byte[] found = new byte[Piece];
        long end = (Length + Piece - 1) / Piece;
        foreach (long index in _pieces.Keys.SelectMany(key => new[] { key - 1, key, key + 1 }).Append(end - 1).Append(end).Where(key => key >= 0).Distinct())
        {
            int expected = (int)Math.Clamp(Length - (index * Piece), 0, Piece);
            files.Read(node, index * Piece, found).ShouldBe(expected, path);
            ReadOnlySpan<byte> piece = _pieces.TryGetValue(index, out byte[]? bytes) ? bytes : new byte[Piece];
            found.AsSpan(0, expected).SequenceEqual(piece[..expected]).ShouldBeTrue($"bytes from {index * Piece} on of {path}");
        }
    }
}
