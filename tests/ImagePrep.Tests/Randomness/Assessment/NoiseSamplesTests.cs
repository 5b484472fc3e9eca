using ImagePrep.Randomness.Assessment;

namespace ImagePrep.Tests.Randomness.Assessment;

public sealed class NoiseSamplesTests
{
    [Fact]
    public void Of_GapsInTheAlphabet_AreClosedButNotInTheBits()
    {
        NoiseSamples samples = NoiseSamples.Of([0, 5, 2, 5]);

        samples.BitsPerSymbol.ShouldBe(3);
        samples.Alphabet.ShouldBe(3);
        samples.Symbols.ShouldBe(new byte[] { 0, 2, 1, 2 });
        samples.Bits.ShouldBe(new byte[] { 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 });
    }

    [Fact]
    public void Of_TwoWideValues_AreBitsThemselves()
    {
        NoiseSamples samples = NoiseSamples.Of([0x10, 0x91, 0x10]);

        samples.BitsPerSymbol.ShouldBe(8);
        samples.Alphabet.ShouldBe(2);
        samples.Symbols.ShouldBe(new byte[] { 0, 1, 0 });
        samples.Bits.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(127, 7)]
    [InlineData(128, 8)]
    [InlineData(255, 8)]
    public void Of_NoWidth_TakesWhatTheWidestSampleNeeds(byte widest, int bits) => NoiseSamples.Of([0, widest, 0]).BitsPerSymbol.ShouldBe(bits);

    [Fact]
    public void Of_WidthAboveNeed_IsKept()
    {
        NoiseSamples samples = NoiseSamples.Of([0, 1, 2], bitsPerSymbol: 8);

        samples.BitsPerSymbol.ShouldBe(8);
        samples.BitsInUse.ShouldBe(2);
        samples.Bits.Length.ShouldBe(24);
    }

    [Fact]
    public void Of_SampleTooWide_SaysWhich() =>
        Should.Throw<UnsuitableSamplesException>(() => NoiseSamples.Of([1, 3, 4, 9], "noise.bin", bitsPerSymbol: 2))
            .Message.ShouldBe("noise.bin: sample 2 is 4, which needs more than 2 bits. Samples are one a byte, in its lowest bits; give the width they have, or none to have it found.");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9_999)]
    public void Read_TooFew_IsRefused(int count)
    {
        using MemoryStream stream = new(new byte[count]);
        Should.Throw<UnsuitableSamplesException>(() => NoiseSamples.Read(stream, "noise.bin")).Message.ShouldContain("too few");
    }

    [Fact]
    public void Read_TenThousand_AreTheFewest()
    {
        using MemoryStream stream = new(Samples.Random(NoiseSamples.FewestSamples, 1));
        NoiseSamples.Read(stream, "noise.bin").Count.ShouldBe(NoiseSamples.FewestSamples);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(8)]
    public void Read_EndlessStream_StopsAtTheLimit(int? bits)
    {
        using EndlessStream stream = new();
        Should.Throw<UnsuitableSamplesException>(() => NoiseSamples.Read(stream, "noise.bin", bits)).Message.ShouldContain("head -c 1000000");
        stream.Given.ShouldBeLessThan(NoiseSamples.MostBits + (1 << 17));
    }

    [Theory]
    [InlineData(999_999, false)]
    [InlineData(1_000_000, true)]
    [InlineData(1_000_001, false)]
    public void ReadRestarts_OtherThanAMillion_AreRefused(int count, bool accepted)
    {
        using MemoryStream stream = new(new byte[count]);
        if (accepted)
        {
            NoiseSamples.ReadRestarts(stream, "restarts.bin").Count.ShouldBe(count);
        }
        else
        {
            Should.Throw<UnsuitableSamplesException>(() => NoiseSamples.ReadRestarts(stream, "restarts.bin")).Message.ShouldContain("1,000 restarts");
        }
    }

    private sealed class EndlessStream : MemoryStream
    {
        public long Given { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }
    }
}
