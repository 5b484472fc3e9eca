using System.Buffers.Binary;
using System.Numerics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>A sequence of bits, 64 to a word: bit 0 is the highest bit of the first byte. Never changes.</summary>
public sealed class BitSequence
{
    private const int WordBits = 64;

    // One word more than the bits need, so that any 64 bits that begin inside can be taken from two neighbours. Bits behind the end are zero.
    private readonly ulong[] _words;

    /// <param name="bytes">The bits, highest of each byte first.</param>
    /// <exception cref="ArgumentException">No bytes.</exception>
    public BitSequence(ReadOnlySpan<byte> bytes)
        : this(bytes, 8 * bytes.Length)
    {
    }

    /// <param name="bytes">The bits, highest of each byte first.</param>
    /// <param name="length">How many of them belong to the sequence; from 1.</param>
    /// <exception cref="ArgumentException">No bits, or more than there are bytes for.</exception>
    public BitSequence(ReadOnlySpan<byte> bytes, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 8L * bytes.Length);
        Length = length;
        _words = new ulong[((length - 1) / WordBits) + 2];
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (int i = 0; i < _words.Length - 1; i++)
        {
            ReadOnlySpan<byte> rest = bytes[(i * sizeof(ulong))..];
            word.Clear();
            rest[..Math.Min(rest.Length, word.Length)].CopyTo(word);
            _words[i] = BinaryPrimitives.ReadUInt64BigEndian(word);
        }

        int left = length % WordBits;
        _words[^2] &= left == 0 ? ulong.MaxValue : ulong.MaxValue << (WordBits - left);
    }

    /// <summary>Number of bits.</summary>
    public int Length { get; }

    /// <summary>Number of ones.</summary>
    public int Ones
    {
        get
        {
            int ones = 0;
            foreach (ulong word in _words)
            {
                ones += BitOperations.PopCount(word);
            }

            return ones;
        }
    }

    public bool this[int index] => Word(index) >> (WordBits - 1) != 0;

    /// <summary>The 64 bits from <paramref name="start"/> on, the first one highest; zeros behind the end.</summary>
    public ulong Word(int start)
    {
        int index = start / WordBits;
        int shift = start % WordBits;
        return shift == 0 ? _words[index] : (_words[index] << shift) | (_words[index + 1] >> (WordBits - shift));
    }

    /// <summary>The <paramref name="count"/> bits from <paramref name="start"/> on as a number, the first one highest.</summary>
    /// <param name="start">From 0.</param>
    /// <param name="count">1 to 64.</param>
    public ulong Number(int start, int count) => Word(start) >> (WordBits - count);

    /// <summary>Number of ones among <paramref name="count"/> bits.</summary>
    public int OnesIn(int start, int count)
    {
        int ones = 0;
        int end = start + count;
        for (; start + WordBits <= end; start += WordBits)
        {
            ones += BitOperations.PopCount(Word(start));
        }

        return start < end ? ones + BitOperations.PopCount(Number(start, end - start)) : ones;
    }

    /// <summary>
    /// How often each pattern of <paramref name="bits"/> bits occurs at any of the places, the sequence being closed to a circle. Index: the pattern as a number,
    /// its first bit highest.
    /// </summary>
    /// <param name="bits">1 to 24, and no more than the length.</param>
    internal int[] CountPatterns(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, Math.Min(24, Length));
        int[] counts = new int[1 << bits];
        int mask = counts.Length - 1;

        // The window holds the last bits seen; the first window is complete after the bits before it, which close the circle at the other end.
        int window = (int)Number(0, bits);
        counts[window]++;
        int next = bits;
        for (; next + WordBits <= Length; next += WordBits)
        {
            ulong word = Word(next);
            for (int i = WordBits - 1; i >= 0; i--)
            {
                window = ((window << 1) & mask) | (int)((word >> i) & 1);
                counts[window]++;
            }
        }

        for (; next < Length + bits - 1; next++)
        {
            window = ((window << 1) & mask) | (this[next % Length] ? 1 : 0);
            counts[window]++;
        }

        return counts;
    }

    /// <summary>The counts for patterns one bit shorter: every pattern is the beginning of two longer ones.</summary>
    internal static int[] Shortened(int[] counts)
    {
        int[] shorter = new int[counts.Length / 2];
        for (int i = 0; i < shorter.Length; i++)
        {
            shorter[i] = counts[2 * i] + counts[(2 * i) + 1];
        }

        return shorter;
    }
}
