using System.Buffers.Binary;
using System.Security.Cryptography;
using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Tests.Randomness.Batteries;

/// <summary>How many blocks of an ideal source each battery rejects, measured on a million blocks, or seeds, of AES-256 in counter mode: always the same ones.</summary>
public sealed class FalseRejectRateTests
{
    private const int BlockBytes = 2500;
    private const int Blocks = 1_000_000;

    /// <summary>Blocks made at once: 10,000,000 bytes, a whole number of cipher blocks.</summary>
    private const int ChunkBlocks = 4_000;

    [Fact]
    public void Failures_MillionBlocks_AreWithinFourSigmaOfTheExactRate()
    {
        long[] failed = new long[BatteryLimits.ForStreams.Count];
        Parallel.For(0, Blocks / ChunkBlocks, chunk =>
        {
            byte[] bytes = Chunk(chunk, ChunkBlocks * BlockBytes);
            for (int battery = 0; battery < failed.Length; battery++)
            {
                BatteryLimits limits = BatteryLimits.ForStreams[battery];
                int count = 0;
                for (int block = 0; block < ChunkBlocks; block++)
                {
                    count += BlockScanner.Failures(bytes.AsSpan(block * BlockBytes, BlockBytes), limits) == BlockTests.None ? 0 : 1;
                }

                Interlocked.Add(ref failed[battery], count);
            }
        });

        foreach ((BatteryLimits limits, long count) in BatteryLimits.ForStreams.Zip(failed))
        {
            double expected = Blocks * limits.IdealFailureRate;
            double sigma = Math.Sqrt(expected * (1 - limits.IdealFailureRate));
            count.ShouldBeInRange((long)(expected - (4 * sigma)), (long)(expected + (4 * sigma)), limits.Id);
        }
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e-4)]
    public void Failures_MillionSeeds_AreWithinFourSigmaOfTheExactRate(double alpha)
    {
        const int Seeds = 1_000_000;
        const int ChunkSeeds = 20_000;
        ExactLimits exact = ExactLimits.For(512, alpha);
        int failed = 0;
        Parallel.For(0, Seeds / ChunkSeeds, chunk =>
        {
            byte[] bytes = Chunk(chunk, ChunkSeeds * 512);
            int count = 0;
            for (int seed = 0; seed < ChunkSeeds; seed++)
            {
                count += BlockScanner.Failures(bytes.AsSpan(seed * 512, 512), exact.Limits) == BlockTests.None ? 0 : 1;
            }

            Interlocked.Add(ref failed, count);
        });

        // Exact is the sum over all bounds. A sample that fails two of them counts once, which makes the rate a few hundredths less.
        double most = Seeds * exact.Ideal.UnionBound;
        double sigma = Math.Sqrt(most);
        ((double)failed).ShouldBeInRange((0.95 * most) - (4 * sigma), most + (4 * sigma));
    }

    private static byte[] Chunk(int number, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < bytes.Length; i += 16)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i + 8), (ulong)(((long)number * bytes.Length) + i) / 16);
        }

        using Aes aes = Aes.Create();
        aes.Key = new byte[32];
        byte[] stream = new byte[bytes.Length];
        aes.EncryptEcb(bytes, stream, PaddingMode.None);
        return stream;
    }
}
