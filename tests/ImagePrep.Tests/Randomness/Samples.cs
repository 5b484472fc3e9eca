using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ImagePrep.Tests.Randomness;

/// <summary>Byte streams with known properties, the same on every run.</summary>
internal static class Samples
{
    /// <summary>AES-256-CTR with an all-zero key and an all-zero first counter block, from its first byte.</summary>
    public static byte[] AesCounterStream(int length)
    {
        byte[] counters = new byte[(length + 15) / 16 * 16];
        for (int i = 0; i < counters.Length / 16; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(counters.AsSpan((i * 16) + 8), i);
        }

        using Aes aes = Aes.Create();
        aes.Key = new byte[32];
        return aes.EncryptEcb(counters, PaddingMode.None)[..length];
    }

    /// <summary>SplitMix64: good bytes from any seed, much faster than <see cref="System.Random"/> with a seed.</summary>
    public static byte[] Random(int length, int seed)
    {
        byte[] bytes = new byte[(length + 7) / 8 * 8];
        ulong state = Start(seed);
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan());
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Next(ref state);
        }

        return bytes.Length == length ? bytes : bytes[..length];
    }

    /// <summary>Bits that are one with the given probability.</summary>
    public static byte[] Biased(int length, int seed, double ones) => Bits(length, seed, (_, draw) => draw < ones * 65_536);

    /// <summary>Bits that repeat the one before with the given probability: right number of ones, wrong runs.</summary>
    public static byte[] Sticky(int length, int seed, double repeat) => Bits(length, seed, (last, draw) => draw < repeat * 65_536 ? last : !last);

    public static bool HasBit(ReadOnlySpan<byte> bytes, int index) => (bytes[index >> 3] & (0x80 >> (index & 7))) != 0;

    public static void SetBit(Span<byte> bytes, int index) => bytes[index >> 3] |= (byte)(0x80 >> (index & 7));

    public static void ClearBit(Span<byte> bytes, int index) => bytes[index >> 3] &= (byte)~(0x80 >> (index & 7));

    private static byte[] Bits(int length, int seed, Func<bool, int, bool> next)
    {
        ulong state = Start(seed);
        ulong draws = 0;
        bool bit = false;
        byte[] bytes = new byte[length];
        for (int i = 0; i < length * 8; i++)
        {
            draws = i % 4 == 0 ? Next(ref state) : draws >> 16;
            bit = next(bit, (int)(draws & 0xFFFF));
            bytes[i >> 3] |= bit ? (byte)(0x80 >> (i & 7)) : (byte)0;
        }

        return bytes;
    }

    private static ulong Start(int seed) => (ulong)(uint)seed * 0xD1342543DE82EF95;

    private static ulong Next(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
