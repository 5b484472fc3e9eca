using System.Numerics;

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
    /// <summary>A little-endian field, as wide as its type.</summary>
    public static BytePatch Of<T>(long offset, T was, T now, string what)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        byte[] expected = new byte[was.GetByteCount()];
        byte[] replacement = new byte[now.GetByteCount()];
        was.WriteLittleEndian(expected);
        now.WriteLittleEndian(replacement);
        return new BytePatch(offset, expected, replacement, new PatchedNumber(ulong.CreateChecked(was), ulong.CreateChecked(now)), what);
    }
}

/// <summary>A number before and after a patch.</summary>
public readonly record struct PatchedNumber(ulong Was, ulong Now);
