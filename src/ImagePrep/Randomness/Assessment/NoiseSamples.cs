using System.Numerics;

namespace ImagePrep.Randomness.Assessment;

/// <summary>
/// Samples of a noise source, as NIST's program reads them: one a byte, in its lowest bits. Unused values are left out of the alphabet; the bit string is made
/// of the samples as they came, the highest bit first.
/// </summary>
public sealed class NoiseSamples
{
    /// <summary>What SP 800-90B §3.1.1 asks for.</summary>
    public const int RequiredSamples = 1_000_000;

    /// <summary>Fewer are refused: confidence bounds then say more than the data.</summary>
    public const int FewestSamples = 10_000;

    /// <summary>Bits of all samples together. Counting repeats takes 9 bytes for each, 300 MB, and up to 30 where they hardly vary.</summary>
    public const int MostBits = 1 << 25;

    /// <summary>A sample is a byte at most.</summary>
    public const int MostBitsPerSymbol = 8;

    private NoiseSamples(byte[] symbols, byte[] bits, int bitsPerSymbol, int bitsInUse, int alphabet)
    {
        Symbols = symbols;
        Bits = bits;
        BitsPerSymbol = bitsPerSymbol;
        BitsInUse = bitsInUse;
        Alphabet = alphabet;
    }

    public int Count => Symbols.Length;

    /// <summary>1 to 8, as declared or found.</summary>
    public int BitsPerSymbol { get; }

    /// <summary>What the widest sample needs; fewer than declared may mean that something else was captured.</summary>
    public int BitsInUse { get; }

    /// <summary>Different values that occur.</summary>
    public int Alphabet { get; }

    /// <summary>One sample a byte, the values numbered from 0 without gaps.</summary>
    internal byte[] Symbols { get; }

    /// <summary>One bit a byte; empty where the samples are themselves of two values.</summary>
    internal byte[] Bits { get; }

    /// <summary>Reads a capture to its end.</summary>
    /// <param name="stream">One sample a byte.</param>
    /// <param name="name">For messages.</param>
    /// <param name="bitsPerSymbol">1 to 8; null takes what the widest sample needs.</param>
    /// <exception cref="UnsuitableSamplesException">Too few, too many, or too wide.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static NoiseSamples Read(Stream stream, string name, int? bitsPerSymbol = null)
    {
        NoiseSamples samples = Of(ReadAtMost(stream, name, bitsPerSymbol ?? 1), name, bitsPerSymbol);
        return samples.Count >= FewestSamples ? samples : throw UnsuitableSamplesException.TooFew(name, samples.Count);
    }

    /// <summary>Reads a restart matrix of SP 800-90B §3.1.4.1: the samples of one restart after those of another.</summary>
    /// <inheritdoc cref="Read"/>
    public static NoiseSamples ReadRestarts(Stream stream, string name, int? bitsPerSymbol = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] bytes = new byte[RestartTests.Samples + 1];
        int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count == RestartTests.Samples
            ? Of(bytes[..count], name, bitsPerSymbol)
            : throw UnsuitableSamplesException.NotAMatrix(name, count);
    }

    /// <summary>Samples in memory, however few.</summary>
    /// <inheritdoc cref="Read"/>
    internal static NoiseSamples Of(byte[] samples, string name = "samples", int? bitsPerSymbol = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bitsPerSymbol ?? 1, MostBitsPerSymbol, nameof(bitsPerSymbol));
        ArgumentOutOfRangeException.ThrowIfLessThan(bitsPerSymbol ?? 1, 1, nameof(bitsPerSymbol));
        bool[] occurs = new bool[1 << MostBitsPerSymbol];
        foreach (byte sample in samples)
        {
            occurs[sample] = true;
        }

        int inUse = Math.Max(1, MostBitsPerSymbol - (BitOperations.LeadingZeroCount((uint)Math.Max(0, Array.LastIndexOf(occurs, true))) - 24));
        int width = bitsPerSymbol ?? inUse;
        if (inUse > width)
        {
            int place = Array.FindIndex(samples, sample => sample >> width != 0);
            throw UnsuitableSamplesException.TooWide(name, place, samples[place], width);
        }

        if ((long)samples.Length * width > MostBits)
        {
            throw UnsuitableSamplesException.TooMany(name, width);
        }

        byte[] numbers = new byte[occurs.Length];
        int alphabet = 0;
        for (int value = 0; value < occurs.Length; value++)
        {
            numbers[value] = (byte)alphabet;
            alphabet += occurs[value] ? 1 : 0;
        }

        return new NoiseSamples(Array.ConvertAll(samples, sample => numbers[sample]), alphabet > 2 ? ToBits(samples, width) : [], width, inUse, alphabet);
    }

    /// <summary>One bit a byte, the highest of each sample first.</summary>
    private static byte[] ToBits(byte[] samples, int width)
    {
        byte[] bits = new byte[samples.Length * width];
        int next = 0;
        foreach (byte sample in samples)
        {
            for (int bit = width - 1; bit >= 0; bit--)
            {
                bits[next++] = (byte)((sample >> bit) & 1);
            }
        }

        return bits;
    }

    private static byte[] ReadAtMost(Stream stream, string name, int bitsPerSymbol)
    {
        ArgumentNullException.ThrowIfNull(stream);
        int most = MostBits / Math.Clamp(bitsPerSymbol, 1, MostBitsPerSymbol);
        using MemoryStream all = new();
        byte[] buffer = new byte[1 << 16];
        while (stream.Read(buffer) is > 0 and int count)
        {
            all.Write(buffer, 0, count);
            if (all.Length > most)
            {
                throw UnsuitableSamplesException.TooMany(name, bitsPerSymbol);
            }
        }

        return all.ToArray();
    }
}
