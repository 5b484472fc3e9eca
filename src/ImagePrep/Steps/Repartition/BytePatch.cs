using System.Buffers.Binary;

namespace ImagePrep.Steps.Repartition;

/// <summary>
/// A number that follows the move, because it names a sector or sums up one that does. It is replaced only where the expected bytes are found.
/// </summary>
/// <param name="Offset">Where on the realigned disk, in bytes.</param>
/// <param name="Expected">What the base holds there.</param>
/// <param name="Replacement">What it must hold, as many bytes.</param>
/// <param name="Number">The number, before and after.</param>
/// <param name="What">What it is and where, for people: "first sector of GRUB's core.img, in the MBR".</param>
public sealed record BytePatch(long Offset, ReadOnlyMemory<byte> Expected, ReadOnlyMemory<byte> Replacement, PatchedNumber Number, string What)
{
    /// <summary>A little-endian field of 32 bits.</summary>
    public static BytePatch Of(long offset, uint was, uint now, string what)
    {
        byte[] expected = new byte[sizeof(uint)];
        byte[] replacement = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(expected, was);
        BinaryPrimitives.WriteUInt32LittleEndian(replacement, now);
        return new BytePatch(offset, expected, replacement, new PatchedNumber(was, now), what);
    }

    /// <summary>A little-endian field of 64 bits.</summary>
    public static BytePatch Of(long offset, ulong was, ulong now, string what)
    {
        byte[] expected = new byte[sizeof(ulong)];
        byte[] replacement = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(expected, was);
        BinaryPrimitives.WriteUInt64LittleEndian(replacement, now);
        return new BytePatch(offset, expected, replacement, new PatchedNumber(was, now), what);
    }
}

/// <summary>A number before and after a patch.</summary>
public readonly record struct PatchedNumber(ulong Was, ulong Now);
