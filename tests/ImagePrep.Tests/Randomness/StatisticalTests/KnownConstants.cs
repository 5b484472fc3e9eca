using System.Numerics;
using ImagePrep.Randomness.StatisticalTests;

namespace ImagePrep.Tests.Randomness.StatisticalTests;

/// <summary>
/// The first million bits of π, e, √2 and √3, whole part included: the sequences of SP 800-22 rev 1a, appendix B. Computed, so that no data has to be kept.
/// </summary>
internal static class KnownConstants
{
    public const int Bits = 1_000_000;

    /// <summary>Bits computed beyond those wanted, for what rounding takes away.</summary>
    private const int Guard = 64;

    private static readonly Dictionary<string, Lazy<byte[]>> Known = new()
    {
        ["pi"] = new(() => Pi(Bits)),
        ["e"] = new(() => Bytes(E(Bits + Guard), Bits)),
        ["sqrt2"] = new(() => Bytes(SquareRoot(new BigInteger(2) << (2 * (Bits + Guard))), Bits)),
        ["sqrt3"] = new(() => Bytes(SquareRoot(new BigInteger(3) << (2 * (Bits + Guard))), Bits)),
    };

    public static byte[] BytesOf(string name) => Known[name].Value;

    public static BitSequence Of(string name) => new(BytesOf(name));

    /// <summary>The first bits of π; when they do not fill the bytes, zeros stand in front.</summary>
    public static byte[] Pi(int bits) => Bytes(ScaledPi(bits + Guard), bits);

    /// <summary>The highest bits of a number.</summary>
    private static byte[] Bytes(BigInteger number, int bits) => (number >> (int)(number.GetBitLength() - bits)).ToByteArray(isUnsigned: true, isBigEndian: true);

    /// <summary>π · 2^bits by the series of D. and G. Chudnovsky, 47 bits a term.</summary>
    private static BigInteger ScaledPi(int bits)
    {
        (_, BigInteger q, BigInteger t) = Chudnovsky(0, (bits / 47) + 2);
        return 426_880 * q * SquareRoot(new BigInteger(10_005) << (2 * bits)) / t;
    }

    private static (BigInteger P, BigInteger Q, BigInteger T) Chudnovsky(long from, long to)
    {
        if (to - from == 1)
        {
            BigInteger p = from == 0 ? 1 : (BigInteger)((6 * from) - 5) * ((2 * from) - 1) * ((6 * from) - 1);
            BigInteger q = from == 0 ? 1 : BigInteger.Pow(from, 3) * 10_939_058_860_032_000;
            BigInteger t = p * (13_591_409 + (545_140_134 * from));
            return (p, q, from % 2 == 0 ? t : -t);
        }

        long middle = (from + to) / 2;
        (BigInteger p1, BigInteger q1, BigInteger t1) = Chudnovsky(from, middle);
        (BigInteger p2, BigInteger q2, BigInteger t2) = Chudnovsky(middle, to);
        return (p1 * p2, q1 * q2, (t1 * q2) + (p1 * t2));
    }

    /// <summary>e · 2^bits by its series, Σ 1/k!.</summary>
    private static BigInteger E(int bits)
    {
        int terms = 1;
        for (double size = 0; size < bits; terms++)
        {
            size += Math.Log2(terms);
        }

        (BigInteger p, BigInteger q) = Factorials(0, terms);
        return ((p + q) << bits) / q;
    }

    /// <summary>P/Q = Σ from &lt; k ≤ to of from!/k!.</summary>
    private static (BigInteger P, BigInteger Q) Factorials(int from, int to)
    {
        if (to - from == 1)
        {
            return (1, to);
        }

        int middle = (from + to) / 2;
        (BigInteger p1, BigInteger q1) = Factorials(from, middle);
        (BigInteger p2, BigInteger q2) = Factorials(middle, to);
        return ((p1 * q2) + p2, q1 * q2);
    }

    /// <summary>⌊√n⌋: the root of the upper half of the digits, then one step of Newton's.</summary>
    private static BigInteger SquareRoot(BigInteger n)
    {
        long bits = n.GetBitLength();
        if (bits <= 50)
        {
            return (long)Math.Sqrt((long)n);
        }

        int shift = (int)(bits / 4);
        BigInteger root = SquareRoot(n >> (2 * shift)) << shift;
        root = (root + (n / root)) >> 1;
        while (root * root > n)
        {
            root--;
        }

        return root;
    }
}
