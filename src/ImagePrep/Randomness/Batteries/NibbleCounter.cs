using System.Runtime.CompilerServices;

using static System.Numerics.BitOperations;

namespace ImagePrep.Randomness.Batteries;

/// <summary>
/// Number of ones and sum of squared nibble counts of a stream of bit planes, without counting nibbles.
/// </summary>
/// <remarks>
/// For each of the fifteen ways to choose some of a nibble's four bits, count the nibbles in which an odd number of the chosen bits is set.
/// With n nibbles and c(s) such counts, Parseval's identity for the Walsh transform of the nibble counts f gives
/// 16 · Σf² = n² + Σ (n − 2c(s))². Each c(s) is an exclusive-or of planes and a population count; the four single-bit ones add up to
/// the number of ones.
/// </remarks>
internal struct NibbleCounter
{
    private int _a, _b, _c, _d, _ab, _ac, _ad, _bc, _bd, _cd, _abc, _abd, _acd, _bcd, _abcd;

    public readonly int Ones => _a + _b + _c + _d;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(in BitPlanes x)
    {
        AddNibbles(x.P0, x.P1, x.P2, x.P3);
        AddNibbles(x.P4, x.P5, x.P6, x.P7);
    }

    public readonly long SumOfSquares(long nibbles)
    {
        long sum = nibbles * nibbles;
        sum += Square(nibbles, _a) + Square(nibbles, _b) + Square(nibbles, _c) + Square(nibbles, _d);
        sum += Square(nibbles, _ab) + Square(nibbles, _ac) + Square(nibbles, _ad);
        sum += Square(nibbles, _bc) + Square(nibbles, _bd) + Square(nibbles, _cd);
        sum += Square(nibbles, _abc) + Square(nibbles, _abd) + Square(nibbles, _acd) + Square(nibbles, _bcd);
        return (sum + Square(nibbles, _abcd)) / 16;
    }

    private static long Square(long nibbles, long odd) => (nibbles - (2 * odd)) * (nibbles - (2 * odd));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddNibbles(ulong a, ulong b, ulong c, ulong d)
    {
        ulong ab = a ^ b;
        ulong cd = c ^ d;
        _a += PopCount(a);
        _b += PopCount(b);
        _c += PopCount(c);
        _d += PopCount(d);
        _ab += PopCount(ab);
        _ac += PopCount(a ^ c);
        _ad += PopCount(a ^ d);
        _bc += PopCount(b ^ c);
        _bd += PopCount(b ^ d);
        _cd += PopCount(cd);
        _abc += PopCount(ab ^ c);
        _abd += PopCount(ab ^ d);
        _acd += PopCount(a ^ cd);
        _bcd += PopCount(b ^ cd);
        _abcd += PopCount(ab ^ cd);
    }
}
