namespace ImagePrep.Storage.Blocks;

/// <summary>A run of bytes of a device: first byte and length, both in bytes.</summary>
public readonly record struct ByteRange
{
    /// <exception cref="ArgumentOutOfRangeException">A negative start or length, or an end beyond <see cref="long.MaxValue"/>.</exception>
    public ByteRange(long start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, long.MaxValue - start);
        Start = start;
        Length = length;
    }

    public long Start { get; }

    public long Length { get; }

    /// <summary>The first byte after the range.</summary>
    public long End => Start + Length;

    public bool IsEmpty => Length == 0;

    public static ByteRange FromBounds(long start, long end) => new(start, end - start);

    public bool Contains(ByteRange other) => other.Start >= Start && other.End <= End;

    public bool Overlaps(ByteRange other) => Start < other.End && other.Start < End;

    public ByteRange Intersect(ByteRange other)
    {
        long start = Math.Max(Start, other.Start);
        long end = Math.Min(End, other.End);
        return end > start ? FromBounds(start, end) : new ByteRange(start, 0);
    }

    public override string ToString() => $"[{Start}, {End})";
}
