using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ImagePrep.Randomness.Batteries;

/// <summary>
/// 64 bytes of a sample, turned on their side: bit i of <see cref="P0"/> is the highest bit of byte i, bit i of <see cref="P7"/> its
/// lowest. The next bit of the stream is then the same bit of the next plane, so tests work on 64 places at once and need a shift only
/// from the last plane to the first.
/// </summary>
internal readonly struct BitPlanes
{
    public const int Bytes = 64;

    public readonly ulong P0, P1, P2, P3, P4, P5, P6, P7;

    private BitPlanes(ulong p0, ulong p1, ulong p2, ulong p3, ulong p4, ulong p5, ulong p6, ulong p7)
    {
        P0 = p0;
        P1 = p1;
        P2 = p2;
        P3 = p3;
        P4 = p4;
        P5 = p5;
        P6 = p6;
        P7 = p7;
    }

    /// <summary>The planes of the first 64 bytes of <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitPlanes Load(ReadOnlySpan<byte> source)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return LoadHalves(source);
        }

        // The highest bit of every byte is one instruction away; doubling a byte moves its next bit there.
        Vector512<byte> bits = Vector512.Create(source);
        ulong p0 = bits.ExtractMostSignificantBits();
        bits += bits;
        ulong p1 = bits.ExtractMostSignificantBits();
        bits += bits;
        ulong p2 = bits.ExtractMostSignificantBits();
        bits += bits;
        ulong p3 = bits.ExtractMostSignificantBits();
        bits += bits;
        ulong p4 = bits.ExtractMostSignificantBits();
        bits += bits;
        ulong p5 = bits.ExtractMostSignificantBits();
        bits += bits;
        ulong p6 = bits.ExtractMostSignificantBits();
        bits += bits;
        return new BitPlanes(p0, p1, p2, p3, p4, p5, p6, bits.ExtractMostSignificantBits());
    }

    /// <summary>Planes with the bits of the bytes outside <paramref name="valid"/> cleared and the others inverted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BitPlanes Inverted(ulong valid) =>
        new(~P0 & valid, ~P1 & valid, ~P2 & valid, ~P3 & valid, ~P4 & valid, ~P5 & valid, ~P6 & valid, ~P7 & valid);

    /// <summary>Places of the bytes that are 0xFF.</summary>
    public ulong AllOnes() => P0 & P1 & P2 & P3 & P4 & P5 & P6 & P7;

    private static BitPlanes LoadHalves(ReadOnlySpan<byte> source)
    {
        Span<ulong> planes = stackalloc ulong[8];
        Vector256<byte> low = Vector256.Create(source);
        Vector256<byte> high = Vector256.Create(source[32..]);
        for (int i = 0; i < planes.Length; i++)
        {
            planes[i] = low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << 32);
            low += low;
            high += high;
        }

        return MemoryMarshal.Read<BitPlanes>(MemoryMarshal.AsBytes(planes));
    }
}
