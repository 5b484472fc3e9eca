namespace ImagePrep.Randomness.Batteries;

/// <summary>The tests that a block of bits can fail. A block may fail several at once.</summary>
[Flags]
public enum BlockTests
{
    None = 0,

    /// <summary>Number of ones.</summary>
    Monobit = 1,

    /// <summary>Distribution of the sixteen nibble values.</summary>
    Poker = 2,

    /// <summary>Number of runs of each length.</summary>
    Runs = 4,

    /// <summary>Longest run.</summary>
    LongRun = 8,

    /// <summary>A 32-bit word equal to the one before it. Needs the word before the block, so it belongs to a stream, not to a block alone.</summary>
    Continuous = 16,
}
