using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ImagePrep.Randomness.Batteries;

/// <summary>
/// The battery at memory speed: the same verdicts as <see cref="Battery"/>, from one pass over bit planes, without allocation.
/// </summary>
/// <remarks>The methods are compiled at full optimisation from the first call: a whole run may be over before tiering would have noticed them.</remarks>
public static class BlockScanner
{
    /// <summary>A run of this many bits covers two whole bytes, wherever it starts: 7 bits, 16 bits, and nothing more is certain.</summary>
    private const int ShortestRunOverTwoBytes = 23;

    /// <summary>The tests that the sample fails; never <see cref="BlockTests.Continuous"/>, which needs the word before the sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static BlockTests Failures(ReadOnlySpan<byte> sample, BatteryLimits limits)
    {
        limits.Check(sample);
        Scan scan = default;
        int whole = sample.Length / BitPlanes.Bytes * BitPlanes.Bytes;
        for (int i = 0; i < whole; i += BitPlanes.Bytes)
        {
            scan.Add(BitPlanes.Load(sample.Slice(i, BitPlanes.Bytes)), ulong.MaxValue);
        }

        if (whole < sample.Length)
        {
            Span<byte> rest = stackalloc byte[BitPlanes.Bytes];
            rest.Clear();
            sample[whole..].CopyTo(rest);
            scan.Add(BitPlanes.Load(rest), (1UL << (sample.Length - whole)) - 1);
        }

        return scan.Failures(sample, limits);
    }

    /// <summary>
    /// The continuous test of rng-tools: whether a 32-bit word equals the one before it.
    /// </summary>
    /// <param name="words">The block, with the word before it in front.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool HasRepeatedWord(ReadOnlySpan<byte> words)
    {
        // Equality does not depend on the byte order.
        ReadOnlySpan<uint> all = MemoryMarshal.Cast<byte, uint>(words);
        ReadOnlySpan<uint> before = all[..^1];
        ReadOnlySpan<uint> after = all[1..];
        int i = 0;
        for (; i + Vector<uint>.Count <= after.Length; i += Vector<uint>.Count)
        {
            if (Vector.EqualsAny(new Vector<uint>(before[i..]), new Vector<uint>(after[i..])))
            {
                return true;
            }
        }

        for (; i < after.Length; i++)
        {
            if (before[i] == after[i])
            {
                return true;
            }
        }

        return false;
    }

    private struct Scan
    {
        private RunCounter _ones, _zeros;
        private NibbleCounter _nibbles;
        private ulong _lastWasFF, _lastWas00, _twoBytes;

        /// <param name="planes">The next 64 bytes; those outside <paramref name="valid"/> are zero.</param>
        /// <param name="valid">One bit per byte that belongs to the sample.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(in BitPlanes planes, ulong valid)
        {
            BitPlanes inverted = planes.Inverted(valid);
            _nibbles.Add(planes);
            _ones.Add(planes);
            _zeros.Add(inverted);

            ulong ff = planes.AllOnes();
            ulong zero = inverted.AllOnes();
            _twoBytes |= (ff & ((ff << 1) | _lastWasFF)) | (zero & ((zero << 1) | _lastWas00));
            _lastWasFF = ff >> 63;
            _lastWas00 = zero >> 63;
        }

        public readonly BlockTests Failures(ReadOnlySpan<byte> sample, BatteryLimits limits)
        {
            BlockTests failed = BlockTests.None;
            failed |= limits.Ones.Contains(_nibbles.Ones) ? BlockTests.None : BlockTests.Monobit;
            failed |= limits.SumOfSquares.Contains(_nibbles.SumOfSquares(2 * sample.Length)) ? BlockTests.None : BlockTests.Poker;
            failed |= _ones.Within(limits.Runs.AsSpan()) && _zeros.Within(limits.Runs.AsSpan()) ? BlockTests.None : BlockTests.Runs;

            // Only one block in thirteen has two whole equal bytes of zeros or ones in a row and needs the closer look.
            bool possible = _twoBytes != 0 || limits.LongRunFailsAt < ShortestRunOverTwoBytes;
            failed |= possible && HasRun(sample, limits.LongRunFailsAt) ? BlockTests.LongRun : BlockTests.None;
            return failed;
        }

        /// <summary>Whether some run has <paramref name="length"/> bits or more. Runs inside one byte are not looked at: limits are longer than 8.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static bool HasRun(ReadOnlySpan<byte> sample, int length)
        {
            int ones = 0;
            int zeros = 0;
            foreach (byte value in sample)
            {
                int inverted = value ^ 0xFF;
                ones += BitOperations.LeadingZeroCount((uint)inverted) - 24;
                zeros += BitOperations.LeadingZeroCount((uint)value) - 24;
                if (ones >= length || zeros >= length)
                {
                    return true;
                }

                ones = inverted == 0 ? ones : BitOperations.TrailingZeroCount(inverted);
                zeros = value == 0 ? zeros : BitOperations.TrailingZeroCount((uint)value);
            }

            return false;
        }
    }
}
