namespace ImagePrep.Tests.Randomness.Assessment;

/// <summary>
/// Samples of imaginary noise sources, good, bad and odd, the same on every run: AES-256-CTR with a zero key, shaped by integer arithmetic.
/// tests/Fixtures/sp800-90b holds what NIST's program says of each.
/// </summary>
internal static class NoiseKinds
{
    private const int Usual = 60_000;
    private const int Short = 10_000;

    public static IReadOnlyDictionary<string, Func<byte[]>> All { get; } = new OrderedDictionary<string, Func<byte[]>>
    {
        ["ideal-1bit"] = () => Ideal(Usual, 1),
        ["ideal-2bit"] = () => Ideal(Usual, 2),
        ["ideal-3bit"] = () => Ideal(Usual, 3),
        ["ideal-4bit"] = () => Ideal(Usual, 4),
        ["ideal-5bit"] = () => Ideal(Short, 5),
        ["ideal-6bit"] = () => Ideal(Short, 6),
        ["ideal-7bit"] = () => Ideal(Short, 7),
        ["ideal-8bit"] = () => Ideal(120_000, 8),
        ["ideal-1bit-short"] = () => Ideal(Short, 1),
        ["ideal-8bit-short"] = () => Ideal(Short, 8),
        ["biased-bits"] = () => Shape(Usual, value => value < 154 ? 1 : 0),
        ["rare-ones"] = () => Shape(Usual, value => value < 3 ? 1 : 0),
        ["biased-bytes"] = () => Shape(Usual, value => value < 250 ? value : 7),
        ["three-values"] = () => Shape(Usual, value => (value % 3) switch { 0 => 0, 1 => 5, _ => 255 }),
        ["two-wide-values"] = () => Shape(Usual, value => value % 2 == 0 ? 0x10 : 0x91),
        ["bell"] = Bell,
        ["sticky-bits"] = StickyBits,
        ["ring-oscillator-1bit"] = () => RingOscillator(15),
        ["ring-oscillator-3bit"] = () => RingOscillator(13),
        ["congruential-high"] = () => Congruential(16, 8),
        ["congruential-low"] = () => Congruential(0, 8),
        ["congruential-nibble"] = () => Congruential(4, 4),
        ["counter"] = () => Make(Usual, i => i & 0xFF),
        ["period-2"] = () => Make(Usual, i => i & 1),
        ["period-7"] = () => Make(Usual, i => i % 7),
        ["one-odd-bit"] = () => Make(Usual, i => i == 41_777 ? 1 : 0),
        ["three-odd-bytes"] = () => Make(Usual, i => i switch { 5 or 41_777 => 200, 99 => 3, _ => 0 }),
        ["repeated-block"] = () => [.. Enumerable.Repeat(Ideal(3_000, 8), Usual / 3_000).SelectMany(block => block)],
        ["stuck-half-way"] = () => [.. Ideal(Usual / 2, 4), .. new byte[Usual / 2]],
        ["sorted"] = () => [.. Ideal(Usual, 8).Order()],
        ["text"] = () => Make(Usual, i => "the quick brown fox jumps over the lazy dog. "[i % 45]),
        ["odd-length"] = () => Ideal(12_347, 3),
    };

    public static byte[] Ideal(int count, int bits) => Shape(count, value => value & ((1 << bits) - 1));

    private static byte[] Shape(int count, Func<int, int> shape)
    {
        byte[] stream = Samples.AesCounterStream(count);
        return Make(count, i => shape(stream[i]));
    }

    private static byte[] Make(int count, Func<int, int> value)
    {
        byte[] samples = new byte[count];
        for (int i = 0; i < count; i++)
        {
            samples[i] = (byte)value(i);
        }

        return samples;
    }

    /// <summary>Sums of four bytes, of which the lowest three bits are dropped.</summary>
    private static byte[] Bell()
    {
        byte[] stream = Samples.AesCounterStream(4 * Usual);
        return Make(Usual, i => (stream[4 * i] + stream[(4 * i) + 1] + stream[(4 * i) + 2] + stream[(4 * i) + 3]) >> 3);
    }

    /// <summary>Bits that change with 90 of 256.</summary>
    private static byte[] StickyBits()
    {
        byte[] stream = Samples.AesCounterStream(Usual);
        int bit = 0;
        return Make(Usual, i => bit ^= stream[i] < 90 ? 1 : 0);
    }

    /// <summary>A phase of 16 bits that advances by a little less than a turn, with some jitter; its highest bits are sampled.</summary>
    private static byte[] RingOscillator(int shift)
    {
        byte[] stream = Samples.AesCounterStream(Usual);
        int phase = 0;
        return Make(Usual, i => (phase = (phase + 60_042 + ((stream[i] - 128) * 2)) & 0xFFFF) >> shift);
    }

    private static byte[] Congruential(int shift, int bits)
    {
        uint state = 12_345;
        return Make(Usual, _ => (int)(((state = ((state * 1_103_515_245) + 12_345) & 0x7FFF_FFFF) >> shift) & ((1 << bits) - 1)));
    }
}
