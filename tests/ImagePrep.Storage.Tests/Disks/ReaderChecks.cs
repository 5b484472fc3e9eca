using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Tests.Disks;

/// <summary>The contract of <see cref="IBlockReader"/>, checked against the bytes that are expected.</summary>
internal static class ReaderChecks
{
    public static void ShouldRead(this IBlockReader reader, byte[] expected)
    {
        reader.Length.ShouldBe(expected.Length);
        reader.ReadBytes(0, expected.Length).AsSpan().SequenceEqual(expected).ShouldBeTrue("the whole disk in one read");
        Random random = new(7);
        for (int i = 0; i < 200; i++)
        {
            int start = random.Next(0, expected.Length);
            int count = random.Next(0, Math.Min(expected.Length - start, i % 4 == 0 ? 1_000_000 : 5000) + 1);
            reader.ReadBytes(start, count).AsSpan().SequenceEqual(expected.AsSpan(start, count)).ShouldBeTrue($"{count} bytes at {start}");
        }

        reader.DataRangesShouldCover(expected);
    }

    /// <summary>Everything that NextData skips must be zero; ranges ascend and are never empty.</summary>
    public static void DataRangesShouldCover(this IBlockReader reader, byte[] expected)
    {
        long end = 0;
        foreach (ByteRange range in reader.DataRanges(new ByteRange(0, reader.Length)))
        {
            range.Start.ShouldBeGreaterThanOrEqualTo(end);
            expected.AsSpan((int)end, (int)(range.Start - end)).ContainsAnyExcept((byte)0).ShouldBeFalse($"bytes before {range} are skipped");
            end = range.End;
        }

        expected.AsSpan((int)end).ContainsAnyExcept((byte)0).ShouldBeFalse($"bytes after {end} are skipped");
        reader.NextData(reader.Length).ShouldBe(new ByteRange(reader.Length, 0));
    }
}
