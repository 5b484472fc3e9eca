using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.FileSystems.Fat.Allocation;

/// <summary>Where the bytes of a chain lie.</summary>
internal static class ChainContent
{
    /// <summary>The places of [offset, offset + length) of a chain on the device, in order.</summary>
    public static IEnumerable<ByteRange> Ranges(FatVolume volume, ClusterChain chain, long offset, long length)
    {
        long start = 0;
        foreach (ClusterRun run in chain.Runs)
        {
            ByteRange place = volume.RangeOf(run);
            long from = Math.Max(offset, start);
            long to = Math.Min(offset + length, start + place.Length);
            if (from < to)
            {
                yield return new ByteRange(place.Start + from - start, to - from);
            }

            start += place.Length;
        }
    }

    /// <summary>Fills the destination from a chain that is long enough.</summary>
    public static void Read(FatVolume volume, ClusterChain chain, long offset, Span<byte> destination)
    {
        int done = 0;
        foreach (ByteRange range in Ranges(volume, chain, offset, destination.Length))
        {
            volume.Device.ReadAt(range.Start, destination.Slice(done, (int)range.Length));
            done += (int)range.Length;
        }
    }
}
