using System.Numerics;

namespace ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

/// <summary>The default htree hash: MD4 cut down to eight words of input and three rounds of eight steps, chained over the name.</summary>
internal static class HalfMd4Hash
{
    private const int Words = 8;

    private static ReadOnlySpan<byte> FirstOrder => [0, 1, 2, 3, 4, 5, 6, 7];

    private static ReadOnlySpan<byte> SecondOrder => [1, 3, 5, 7, 0, 2, 4, 6];

    private static ReadOnlySpan<byte> ThirdOrder => [3, 7, 2, 6, 1, 5, 0, 4];

    private static ReadOnlySpan<byte> FirstShifts => [3, 7, 11, 19];

    private static ReadOnlySpan<byte> SecondShifts => [3, 5, 9, 13];

    private static ReadOnlySpan<byte> ThirdShifts => [3, 9, 11, 15];

    public static uint Compute(ReadOnlySpan<byte> name, bool isUnsigned, ReadOnlySpan<uint> seed)
    {
        State state = new(seed[0], seed[1], seed[2], seed[3]);
        Span<uint> words = stackalloc uint[Words];
        while (!name.IsEmpty)
        {
            NameHash.FillWords(words, name, isUnsigned);
            state = Transform(state, words);
            name = name[Math.Min(name.Length, Words * sizeof(uint))..];
        }

        return state.B;
    }

    private static State Transform(State start, ReadOnlySpan<uint> words)
    {
        State state = start;
        for (int i = 0; i < Words; i++)
        {
            uint choice = state.D ^ (state.B & (state.C ^ state.D));
            state = state.Step(choice, words[FirstOrder[i]], FirstShifts[i % 4]);
        }

        for (int i = 0; i < Words; i++)
        {
            uint majority = (state.B & state.C) | ((state.B ^ state.C) & state.D);
            state = state.Step(majority, unchecked(words[SecondOrder[i]] + 0x5A82_7999), SecondShifts[i % 4]);
        }

        for (int i = 0; i < Words; i++)
        {
            uint parity = state.B ^ state.C ^ state.D;
            state = state.Step(parity, unchecked(words[ThirdOrder[i]] + 0x6ED9_EBA1), ThirdShifts[i % 4]);
        }

        return unchecked(new State(start.A + state.A, start.B + state.B, start.C + state.C, start.D + state.D));
    }

    private readonly record struct State(uint A, uint B, uint C, uint D)
    {
        /// <summary>One step: a new word takes the place of the oldest, and the four move on by one.</summary>
        public State Step(uint mixed, uint input, int shift) =>
            new(D, BitOperations.RotateLeft(unchecked(A + mixed + input), shift), B, C);
    }
}
