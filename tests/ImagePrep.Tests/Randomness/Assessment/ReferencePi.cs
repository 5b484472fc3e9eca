using System.Numerics;

namespace ImagePrep.Tests.Randomness.Assessment;

/// <summary>
/// data.pi.bin of NIST's program, made instead of kept. It comes from a text of π in bits, 25 a line after three blanks, 24 in the first; every character but
/// '0' was taken for a one, blanks and ends of lines too.
/// </summary>
internal static class ReferencePi
{
    private const int BitCount = 1_004_882;
    private const int BitsPerLine = 25;
    private const int BitsMissingInFirstLine = 1;
    private const int GuardBits = 64;

    /// <summary>Bits that one term of the series gives.</summary>
    private const double BitsPerTerm = 47.11;

    public static byte[] Samples()
    {
        BigInteger pi = Pi(BitCount);
        List<byte> samples = [1, 1, 1];
        byte[] bytes = pi.ToByteArray(isUnsigned: true, isBigEndian: true);
        int unused = (bytes.Length * 8) - BitCount;
        for (int i = 0; i < BitCount; i++)
        {
            samples.Add((byte)((bytes[(i + unused) >> 3] >> (7 - ((i + unused) & 7))) & 1));
            if ((i + 1 + BitsMissingInFirstLine) % BitsPerLine == 0)
            {
                samples.AddRange([1, 1, 1, 1]);
            }
        }

        return [.. samples, 1];
    }

    /// <summary>The first bits of π, its two whole ones included, by the series of the Chudnovskys.</summary>
    private static BigInteger Pi(int bits)
    {
        int precision = bits + GuardBits;
        (_, BigInteger q, BigInteger t) = Split(0, (int)(precision / BitsPerTerm) + 2);
        return (q * 426_880 * SquareRoot(new BigInteger(10_005) << (2 * precision)) / t) >> (precision - bits + 2);
    }

    private static (BigInteger P, BigInteger Q, BigInteger T) Split(long from, long to)
    {
        if (to - from == 1)
        {
            BigInteger k = from;
            BigInteger one = from == 0 ? 1 : ((6 * k) - 5) * ((2 * k) - 1) * ((6 * k) - 1);
            BigInteger other = from == 0 ? 1 : k * k * k * 10_939_058_860_032_000;
            BigInteger term = one * (13_591_409 + (545_140_134 * k));
            return (one, other, from % 2 == 0 ? term : -term);
        }

        long middle = (from + to) / 2;
        (BigInteger p1, BigInteger q1, BigInteger t1) = Split(from, middle);
        (BigInteger p2, BigInteger q2, BigInteger t2) = Split(middle, to);
        return (p1 * p2, q1 * q2, (q2 * t1) + (p1 * t2));
    }

    /// <summary>Newton's method, each step with twice the digits of the one before.</summary>
    private static BigInteger SquareRoot(BigInteger value)
    {
        int half = (int)((value.GetBitLength() - 1) / 2);
        BigInteger root = 1;
        int done = 0;
        for (int shift = BitOperations.Log2((uint)half); shift >= 0; shift--)
        {
            int before = done;
            done = half >> shift;
            root = (root << (done - before - 1)) + ((value >> ((2 * half) - before - done + 1)) / root);
        }

        return root * root > value ? root - 1 : root;
    }
}
