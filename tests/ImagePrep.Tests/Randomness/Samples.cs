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
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(counters.AsSpan((i * 16) + 8), i);
        }

        using Aes aes = Aes.Create();
        aes.Key = new byte[32];
        return aes.EncryptEcb(counters, PaddingMode.None)[..length];
    }

    public static byte[] Random(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Bits that are one with the given probability.</summary>
    public static byte[] Biased(int length, int seed, double ones)
    {
        Random random = new(seed);
        byte[] bytes = new byte[length];
        for (int bit = 0; bit < length * 8; bit++)
        {
            if (random.NextDouble() < ones)
            {
                SetBit(bytes, bit);
            }
        }

        return bytes;
    }

    /// <summary>Bits that repeat the one before with the given probability: right number of ones, wrong runs.</summary>
    public static byte[] Sticky(int length, int seed, double repeat)
    {
        Random random = new(seed);
        byte[] bytes = new byte[length];
        bool one = false;
        for (int bit = 0; bit < length * 8; bit++)
        {
            one = random.NextDouble() < repeat ? one : !one;
            if (one)
            {
                SetBit(bytes, bit);
            }
        }

        return bytes;
    }

    public static void SetBit(Span<byte> bytes, int index) => bytes[index >> 3] |= (byte)(0x80 >> (index & 7));

    public static void ClearBit(Span<byte> bytes, int index) => bytes[index >> 3] &= (byte)~(0x80 >> (index & 7));
}
