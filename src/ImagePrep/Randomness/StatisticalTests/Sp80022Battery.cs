using System.Runtime.ExceptionServices;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>
/// The tests of SP 800-22 rev 1a on sequences cut from a stream one after another, each sequence by itself. A rest shorter than a sequence is not tested. For a
/// generator, not for a seed: one sequence is 125,000 bytes, and a verdict worth the name takes a hundred.
/// </summary>
public sealed class Sp80022Battery : IStreamBattery
{
    public const string BatteryId = "sp800-22";

    public const int DefaultSequenceBits = 1_000_000;

    /// <summary>What the linear complexity test needs (§2.10.7), the most demanding of them.</summary>
    public const int MinSequenceBits = 1_000_000;

    /// <summary>Bounds the memory of the spectral test: 60 MB on each core.</summary>
    public const int MaxSequenceBits = 1 << 21;

    /// <summary>Beyond that the spectral test would take as long as all others together.</summary>
    public const int LargestPrimeFactor = 100;

    /// <summary>More are not read: they would test the publication's approximations rather than the stream, and P-values are kept.</summary>
    public const int MaxSequences = 10_000;

    private const int SequencesPerCore = 4;

    public string Id => BatteryId;

    public string Name => "SP 800-22 rev 1a statistical tests";

    public string Description => $"eleven tests of SP 800-22 rev 1a, on sequences of {DefaultSequenceBits:N0} bits; a hundred sequences (12.5 MB) or more for a verdict, {MaxSequences:N0} at most";

    public BatteryParameters Takes => BatteryParameters.Blocks | BatteryParameters.SequenceBits;

    /// <summary>Whether sequences may have this length: whole bytes, within the limits, and no large prime factor.</summary>
    public static bool Accepts(int sequenceBits) =>
        sequenceBits is >= MinSequenceBits and <= MaxSequenceBits
        && sequenceBits % 8 == 0
        && FourierTransform.LargestPrimeFactor(sequenceBits) <= LargestPrimeFactor;

    public IBatteryResult Run(Stream stream, BatteryOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        int bits = options.SequenceBits ?? DefaultSequenceBits;
        long limit = Math.Min(options.Blocks ?? MaxSequences, MaxSequences);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(options));
        if (!Accepts(bits))
        {
            throw new ArgumentOutOfRangeException(nameof(options), bits, "Not a length that sequences may have.");
        }

        int sequenceBytes = bits / 8;
        byte[] buffer = new byte[Environment.ProcessorCount * SequencesPerCore * sequenceBytes];
        PValueTable table = new();
        int read;
        int wanted;
        do
        {
            // Nothing beyond the last wanted sequence is taken from a pipe.
            wanted = (int)Math.Min(limit - table.Sequences, buffer.Length / sequenceBytes) * sequenceBytes;
            read = stream.ReadAtLeast(buffer.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
            Test(buffer, read / sequenceBytes, sequenceBytes, table);
        }
        while (read == wanted && table.Sequences < limit);

        return table.Sequences > 0
            ? Sp80022Result.Of(bits, table)
            : throw new SampleSizeException(
                $"{SampleSizeException.NameOf(stream)} is {read:N0} bytes long, less than one sequence of {sequenceBytes:N0} bytes ({bits:N0} bits). "
                + $"SP 800-22 wants a hundred. For short samples there is --battery {ExactBattery.BatteryId}.");
    }

    /// <summary>Every test of every sequence is a piece of work of its own, so that cores are busy with one sequence as with many.</summary>
    private static void Test(byte[] buffer, int sequences, int sequenceBytes, PValueTable table)
    {
        int first = table.Sequences;
        table.Add(sequences);
        BitSequence[] bits = [.. Enumerable.Range(0, sequences).Select(i => new BitSequence(buffer.AsSpan(i * sequenceBytes, sequenceBytes)))];
        int work = sequences * StatisticalTest.All.Length;
        int next = -1;
        try
        {
            Parallel.For(0, Math.Min(Environment.ProcessorCount, work), _ =>
            {
                for (int i = Interlocked.Increment(ref next); i < work; i = Interlocked.Increment(ref next))
                {
                    int sequence = i / StatisticalTest.All.Length;
                    table.Set(i % StatisticalTest.All.Length, first + sequence, bits[sequence]);
                }
            });
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }
}
