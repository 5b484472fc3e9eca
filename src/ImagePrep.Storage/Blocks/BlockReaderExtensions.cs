namespace ImagePrep.Storage.Blocks;

public static class BlockReaderExtensions
{
    /// <summary>Reads <paramref name="count"/> bytes into a new array. The caller has checked that the count is sane.</summary>
    public static byte[] ReadBytes(this IBlockReader reader, long offset, int count)
    {
        byte[] bytes = new byte[count];
        reader.ReadAt(offset, bytes);
        return bytes;
    }

    /// <summary>The runs inside <paramref name="within"/> that may hold bytes other than zero, in order.</summary>
    public static IEnumerable<ByteRange> DataRanges(this IBlockReader reader, ByteRange within)
    {
        long position = within.Start;
        while (position < within.End)
        {
            ByteRange data = reader.NextData(position).Intersect(within);
            if (data.IsEmpty)
            {
                yield break;
            }

            yield return data;
            position = data.End;
        }
    }
}
