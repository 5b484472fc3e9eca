using ImagePrep.Randomness;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.StatisticalTests;

namespace ImagePrep.Tests.Randomness.StatisticalTests;

/// <summary>Verdicts over streams: an ideal one passes, broken ones fail.</summary>
public sealed class Sp80022BatteryTests
{
    private const int SequenceBytes = 125_000;

    [Fact]
    public void Run_IdealStream_Passes()
    {
        Sp80022Result result = Run(Samples.AesCounterStream(55 * SequenceBytes));

        result.Passed.ShouldBeTrue();
        result.Sequences.ShouldBe(55);
        result.SequenceBits.ShouldBe(1_000_000);
        result.Series.Length.ShouldBe(13);
        result.Tests.Length.ShouldBe(39);
        result.Series.ShouldAllBe(series => series.PValues.Length == 55 && series.Uniformity != null);

        // Some P-values below 0.01 are expected, 7 of 715, and are no failure.
        result.Series.Sum(series => series.Sequences - series.Passing).ShouldBeInRange(1, 25);
    }

    [Fact]
    public void Run_BrokenStreams_Fail()
    {
        foreach ((string name, byte[] bytes) in Broken())
        {
            Sp80022Result result = Run(bytes);
            result.Passed.ShouldBeFalse(name);
            result.Outcomes().Count(test => !test.Passed).ShouldBeGreaterThan(0, name);
        }
    }

    [Fact]
    public void Run_Zeros_LeavesOutTheRunsTest()
    {
        Sp80022Result result = Run(new byte[SequenceBytes]);
        PValueSeries runs = result.Series.Single(series => series.Test == "runs");

        runs.PValues.ShouldBe([null]);
        runs.Smallest.ShouldBeNull();
        result.Outcomes().ShouldNotContain(test => test.Test == "runs");
        result.Outcomes().Where(test => test.Statistic == "smallest P-value").ShouldAllBe(test => !test.Passed);
    }

    [Fact]
    public void Run_LinearShiftRegister_FailsForItsLinearityAlone()
    {
        // A maximal register of 127 bits (x^127 + x^63 + 1): balanced, without patterns of 16 bits, and as predictable as anything.
        Sp80022Result result = Run(ShiftRegister(3 * SequenceBytes));
        result.Outcomes().Where(test => !test.Passed).Select(test => test.Test).Distinct().ShouldBe(["linear complexity"]);
    }

    [Fact]
    public void Run_SequenceThatIsLeftOver_IsNotTested()
    {
        byte[] bytes = Samples.AesCounterStream((2 * SequenceBytes) + 100);
        Sp80022Result whole = Run(bytes[..^100]);
        Sp80022Result longer = Run(bytes);

        longer.Sequences.ShouldBe(2);
        longer.Series.SelectMany(series => series.PValues).ShouldBe(whole.Series.SelectMany(series => series.PValues));
    }

    [Fact]
    public void Run_Blocks_StopsAndTakesNoMore()
    {
        using MemoryStream stream = new(Samples.AesCounterStream(3 * SequenceBytes));
        Sp80022Result result = (Sp80022Result)new Sp80022Battery().Run(stream, new BatteryOptions(Blocks: 2));
        result.Sequences.ShouldBe(2);
        stream.Position.ShouldBe(2 * SequenceBytes);
    }

    [Fact]
    public void Run_LessThanOneSequence_IsRefused()
    {
        SampleSizeException refusal = Should.Throw<SampleSizeException>(() => Run(new byte[SequenceBytes - 1]));
        refusal.Message.ShouldContain("124,999 bytes");
        refusal.Message.ShouldContain("exact");
    }

    [Theory]
    [InlineData(1_000_000, true)]
    [InlineData(1_048_576, true)]
    [InlineData(2_097_152, true)]
    [InlineData(999_992, false)]
    [InlineData(1_000_008, true)]
    [InlineData(1_000_016, false)]
    [InlineData(1_048_580, false)]
    [InlineData(4_194_304, false)]
    [InlineData(0, false)]
    [InlineData(-8, false)]
    public void Accepts_Lengths(int bits, bool accepted)
    {
        Sp80022Battery.Accepts(bits).ShouldBe(accepted);
        if (!accepted)
        {
            Should.Throw<ArgumentOutOfRangeException>(() => new Sp80022Battery().Run(Stream.Null, new BatteryOptions(SequenceBits: bits)));
        }
    }

    [Fact]
    public void Judge_Bounds_AreAsRareAsTheySay()
    {
        // Of 100 sequences of an ideal source, 7 or more fail at 0.01 with 7.1e-5 and 8 or more with 8.2e-6.
        PValueSeries series = PValueSeries.Of("t", "§", [.. Enumerable.Range(0, 100).Select(i => (double?)((i + 0.5) / 100))]);
        List<TestOutcome> outcomes = [.. Sp80022Result.Judge(series, 3e-5)];

        outcomes[0].Low.ShouldBe(93);
        outcomes[0].IdealRejection!.Value.ShouldBe(8.2202e-6, 1e-9);
        outcomes[1].Low!.Value.ShouldBe(3e-7, 1e-12);
        outcomes[2].Low.ShouldBe(3e-5);
        outcomes.ShouldAllBe(test => test.Passed);
        series.ProportionLow.ShouldBe(0.960150, 1e-6);
        series.Uniformity!.Value.ShouldBe(1, 1e-12);
    }

    [Fact]
    public void Judge_OneBadSequence_FailsOnlyWhenItIsImpossible()
    {
        Verdicts(0.005).ShouldBe([true, true]);
        Verdicts(1e-4).ShouldBe([true, true]);
        Verdicts(1e-12).ShouldBe([true, false]);

        static IEnumerable<bool> Verdicts(double value) => Sp80022Result.Judge(PValueSeries.Of("t", "§", [0.3, value, 0.7]), 3e-5).Select(test => test.Passed);
    }

    [Fact(Explicit = true)]
    public void Run_ThousandSequences_HardlyEverRaisesAnAlarm()
    {
        // Runs of one, of ten and of a hundred sequences out of the same thousand: 1,110 runs with at most 1.1 false alarms expected.
        const int Sequences = 1000;
        byte[] stream = Samples.AesCounterStream(Sequences * SequenceBytes);
        Sp80022Result all = Run(stream);
        all.Passed.ShouldBeTrue();
        int alarms = 0;
        foreach (int size in (int[])[1, 10, 100])
        {
            for (int start = 0; start < Sequences; start += size)
            {
                int bounds = all.Series.Length * (size >= PValueSeries.SequencesForUniformity ? 3 : 2);
                IEnumerable<TestOutcome> outcomes = all.Series
                    .Select(series => PValueSeries.Of(series.Test, series.Clause, [.. series.PValues.Skip(start).Take(size)]))
                    .SelectMany(series => Sp80022Result.Judge(series, Sp80022Result.FamilyWiseRate / bounds));
                alarms += outcomes.All(test => test.Passed) ? 0 : 1;
            }
        }

        alarms.ShouldBeLessThanOrEqualTo(5);
    }

    private static Sp80022Result Run(byte[] bytes) => (Sp80022Result)new Sp80022Battery().Run(new MemoryStream(bytes), new BatteryOptions());

    private static IEnumerable<(string Name, byte[] Bytes)> Broken()
    {
        const int Length = SequenceBytes;
        yield return ("zeros", new byte[Length]);
        yield return ("ones", [.. Enumerable.Repeat((byte)0xFF, Length)]);
        yield return ("counter", [.. Enumerable.Range(0, Length).Select(i => (byte)i)]);
        yield return ("biased", Samples.Biased(Length, 51, 0.49));
        yield return ("sticky", Samples.Sticky(Length, 52, 0.49));
        yield return ("repeated", [.. Enumerable.Repeat(Samples.Random(2500, 53), Length / 2500).SelectMany(block => block)]);
        yield return ("low bits of a linear congruential generator", LowBits(Length));
    }

    /// <summary>The lowest byte of x ← 1103515245 x + 12345 mod 2^31.</summary>
    private static byte[] LowBits(int length)
    {
        byte[] bytes = new byte[length];
        uint x = 1;
        for (int i = 0; i < length; i++)
        {
            x = ((1_103_515_245 * x) + 12_345) & 0x7FFF_FFFF;
            bytes[i] = (byte)x;
        }

        return bytes;
    }

    private static byte[] ShiftRegister(int length)
    {
        byte[] bytes = new byte[length];
        Samples.Random(16, 54).CopyTo(bytes, 0);
        for (int i = 127; i < 8 * length; i++)
        {
            Samples.ClearBit(bytes, i);
            if (Samples.HasBit(bytes, i - 127) != Samples.HasBit(bytes, i - 64))
            {
                Samples.SetBit(bytes, i);
            }
        }

        return bytes;
    }
}
