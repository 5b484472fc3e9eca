namespace ImagePrep.Storage.Blocks;

/// <summary>Searching in ranges that are in order and do not overlap.</summary>
internal static class SortedRanges
{
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
