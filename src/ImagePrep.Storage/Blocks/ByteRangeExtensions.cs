namespace ImagePrep.Storage.Blocks;

/// <summary>What is done with ranges besides comparing two of them.</summary>
public static class ByteRangeExtensions
{
    /// <summary>What is left of a range, in order, when others are taken out of it.</summary>
    /// <param name="range">The range.</param>
    /// <param name="others">Few, in any order; they may overlap.</param>
    public static IEnumerable<ByteRange> Without(this ByteRange range, IReadOnlyList<ByteRange> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return others.Any(range.Overlaps) ? Split(range, others) : [range];
    }

    private static IEnumerable<ByteRange> Split(ByteRange range, IEnumerable<ByteRange> others)
    {
        long position = range.Start;
        foreach (ByteRange other in others.Where(range.Overlaps).OrderBy(other => other.Start))
        {
            if (other.Start > position)
            {
                yield return ByteRange.FromBounds(position, other.Start);
            }

            position = Math.Max(position, other.End);
        }

        if (position < range.End)
        {
            yield return ByteRange.FromBounds(position, range.End);
        }
    }
}
