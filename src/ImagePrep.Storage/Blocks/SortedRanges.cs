namespace ImagePrep.Storage.Blocks;

/// <summary>Ranges that are in order and do not overlap: making and searching them.</summary>
internal static class SortedRanges
{
    /// <summary>Puts ranges in order and joins those that overlap or touch; empty ones go.</summary>
    public static List<ByteRange> Join(IEnumerable<ByteRange> ranges)
    {
        List<ByteRange> joined = [];
        foreach (ByteRange range in ranges.Where(range => !range.IsEmpty).OrderBy(range => range.Start))
        {
            if (joined.Count > 0 && range.Start <= joined[^1].End)
            {
                joined[^1] = ByteRange.FromBounds(joined[^1].Start, Math.Max(joined[^1].End, range.End));
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined;
    }

    /// <summary>Index of the first range that ends after a position: the one it lies in, or the next one. The count when there is none.</summary>
    public static int FirstEndingAfter(ReadOnlySpan<ByteRange> ranges, long position)
    {
        int low = 0;
        int high = ranges.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (ranges[middle].End > position)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
