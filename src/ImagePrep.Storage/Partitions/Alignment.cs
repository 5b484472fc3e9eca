using System.Numerics;

namespace ImagePrep.Storage.Partitions;

/// <summary>What a start offset costs.</summary>
public enum AlignmentVerdict
{
    /// <summary>A multiple of 1 MiB: aligned for every disk, SSD and image format there is.</summary>
    Aligned,

    /// <summary>Between 4 KiB and 1 MiB: guest blocks stay whole, but stripes, erase blocks and image clusters may be split.</summary>
    Poor,

    /// <summary>Below 4 KiB: each 4 KiB block the guest writes becomes two reads and two writes below it.</summary>
    Harmful,
}

/// <summary>How well a partition's start fits the blocks below it.</summary>
/// <param name="StartOffset">First byte of the partition.</param>
/// <param name="Granularity">The largest power of two, up to 1 MiB, that divides the offset.</param>
public sealed record Alignment(long StartOffset, int Granularity)
{
    /// <summary>The boundary that every current tool uses: a multiple of all block sizes below it.</summary>
    public const int Recommended = 1 << 20;

    /// <summary>The block of guests, disks and SSDs: nothing below it is harmless.</summary>
    public const int Minimum = 4096;

    public AlignmentVerdict Verdict =>
        Granularity >= Recommended ? AlignmentVerdict.Aligned :
        Granularity >= Minimum ? AlignmentVerdict.Poor : AlignmentVerdict.Harmful;

    public bool IsAligned => Verdict == AlignmentVerdict.Aligned;

    public static Alignment OfOffset(long offset)
    {
        int zeros = offset == 0 ? BitOperations.Log2(Recommended) : BitOperations.TrailingZeroCount(offset);
        return new Alignment(offset, 1 << Math.Min(zeros, BitOperations.Log2(Recommended)));
    }
}
