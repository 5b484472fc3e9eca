using System.Runtime.ExceptionServices;
using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Randomness;

/// <summary>
/// Tests a stream of random bytes as rng-tools' <c>rngtest</c> does: the first 32 bits only prime the continuous test, then come
/// independent blocks of 2,500 bytes; a short block at the end is not tested.
/// </summary>
/// <remarks>
/// Each block runs the four tests of FIPS 140, with the limits of Change Notice 1 of 140-2 unless others are asked for, and the continuous test: a 32-bit word must differ from the
/// one before it, across blocks too. Runs do not cross blocks.
/// </remarks>
public static class RngTest
{
    /// <summary>Bytes before the first block: the word that the first word of the first block is compared with.</summary>
    public const int PrimingBytes = sizeof(uint);

    /// <summary>400 blocks: 1 MB, small enough for the cache of a core, large enough that calls to the system do not count.</summary>
    private const int ChunkBlocks = 400;

    private const int BlockBytes = 2500;

    /// <summary>Tests a stream to its end, or its first <paramref name="maxBlocks"/> blocks. A file is read on all cores.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static RngTestResult Run(Stream stream, long? maxBlocks = null, BatteryLimits? battery = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        BatteryLimits limits = battery ?? BatteryLimits.Fips140ChangeNotice1;
        long limit = maxBlocks ?? long.MaxValue;
        ArgumentOutOfRangeException.ThrowIfNegative(limit, nameof(maxBlocks));
        return stream is FileStream { CanSeek: true } file && RegularFileBlocks(file) is > ChunkBlocks and long blocks
            ? RunFile(file, Math.Min(blocks, limit), limits)
            : RunStream(stream, limit, limits);
    }

    /// <summary>Tests bytes in memory.</summary>
    public static RngTestResult Run(ReadOnlySpan<byte> bytes, long? maxBlocks = null, BatteryLimits? battery = null)
    {
        BatteryLimits limits = battery ?? BatteryLimits.Fips140ChangeNotice1;
        RngTestTally tally = default;
        long blocks = Math.Min((bytes.Length - PrimingBytes) / BlockBytes, maxBlocks ?? long.MaxValue);
        AddBlocks(bytes, blocks, limits, ref tally);
        return tally.ToResult(limits);
    }

    /// <summary>The tests that one block fails, the continuous test included.</summary>
    /// <param name="block">The block, with the word before it in front.</param>
    /// <param name="limits">For 20,000 bits.</param>
    internal static BlockTests Failures(ReadOnlySpan<byte> block, BatteryLimits limits) =>
        BlockScanner.Failures(block[PrimingBytes..], limits)
        | (BlockScanner.HasRepeatedWord(block) ? BlockTests.Continuous : BlockTests.None);

    private static void AddBlocks(ReadOnlySpan<byte> bytes, long blocks, BatteryLimits limits, ref RngTestTally tally)
    {
        for (int i = 0; i < blocks; i++)
        {
            tally.Add(Failures(bytes.Slice(i * BlockBytes, PrimingBytes + BlockBytes), limits));
        }
    }

    private static RngTestResult RunStream(Stream stream, long limit, BatteryLimits limits)
    {
        RngTestTally tally = default;
        byte[] buffer = new byte[PrimingBytes + (ChunkBlocks * BlockBytes)];
        int have = stream.ReadAtLeast(buffer.AsSpan(0, PrimingBytes), PrimingBytes, throwOnEndOfStream: false);
        long left = have == PrimingBytes ? limit : 0;
        while (left > 0)
        {
            // Nothing beyond the last wanted block is taken from a pipe.
            int wanted = (int)Math.Min(left, ChunkBlocks) * BlockBytes;
            int read = stream.ReadAtLeast(buffer.AsSpan(PrimingBytes, wanted), wanted, throwOnEndOfStream: false);
            int blocks = read / BlockBytes;
            AddBlocks(buffer, blocks, limits, ref tally);
            left = read < wanted ? 0 : left - blocks;

            // The last word is the one that the next chunk's first word is compared with.
            buffer.AsSpan(read, PrimingBytes).CopyTo(buffer);
        }

        return tally.ToResult(limits);
    }

    private static long RegularFileBlocks(FileStream file)
    {
        long bytes = file.Length - file.Position - PrimingBytes;
        return bytes > 0 ? bytes / BlockBytes : 0;
    }

    /// <summary>Chunks of a regular file do not depend on each other but for the one word before each, so every core takes the next one.</summary>
    private static RngTestResult RunFile(FileStream file, long blocks, BatteryLimits limits)
    {
        long start = file.Position;
        long chunks = (blocks + ChunkBlocks - 1) / ChunkBlocks;
        long next = -1;
        RngTestTally total = default;
        Lock gate = new();
        InParallel((int)Math.Min(Environment.ProcessorCount, chunks), () =>
        {
            RngTestTally tally = default;
            byte[] buffer = new byte[PrimingBytes + (ChunkBlocks * BlockBytes)];
            for (long chunk = Interlocked.Increment(ref next); chunk < chunks; chunk = Interlocked.Increment(ref next))
            {
                long first = chunk * ChunkBlocks;
                int count = (int)Math.Min(ChunkBlocks, blocks - first);
                Span<byte> bytes = buffer.AsSpan(0, PrimingBytes + (count * BlockBytes));
                ReadFully(file, start + (first * BlockBytes), bytes);
                AddBlocks(bytes, count, limits, ref tally);
            }

            lock (gate)
            {
                total.Add(tally);
            }
        });
        file.Position = start + PrimingBytes + (blocks * BlockBytes);
        return total.ToResult(limits);
    }

    private static void InParallel(int workers, Action work)
    {
        try
        {
            Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ => work());
        }
        catch (AggregateException several)
        {
            // Callers expect the read error itself, not the wrapping that parallel loops add.
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }

    private static void ReadFully(FileStream file, long offset, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int read = RandomAccess.Read(file.SafeFileHandle, destination[done..], offset + done);
            if (read == 0)
            {
                throw new EndOfStreamException($"{file.Name} became shorter while it was read: it ends at byte {offset + done}.");
            }

            done += read;
        }
    }
}
