using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

public sealed class FatTimeTests
{
    [Theory]
    [InlineData(1_700_000_001, 1_700_000_000)]
    [InlineData(1_700_000_000, 1_700_000_000)]
    [InlineData(315_532_800, 315_532_800)]
    [InlineData(0, 315_532_800)]
    [InlineData(-5, 315_532_800)]
    [InlineData(4_354_819_199, 4_354_819_198)]
    [InlineData(4_354_819_200, 4_354_819_198)]
    [InlineData(long.MaxValue, 4_354_819_198)]
    public void Encode_Decode_IsEvenSecondsFrom1980To2107(long seconds, long kept)
    {
        (ushort date, ushort time, byte tenths) = FatTime.Encode(new UnixTime(seconds));

        FatTime.Decode(date, time).Seconds.ShouldBe(kept);
        FatTime.Decode(date, time, tenths).Seconds.ShouldBe(Math.Clamp(seconds, 315_532_800, 4_354_819_199));
    }

    [Fact]
    public void Encode_KnownTime_HasTheSpecifiedBits()
    {
        // 2023-11-14 22:13:21.250: (2023 - 1980) << 9 | 11 << 5 | 14, 22 << 11 | 13 << 5 | 10, 1.25 s of 10 ms.
        FatTime.Encode(new UnixTime(1_700_000_001, 250_000_000)).ShouldBe(((ushort)0x576E, (ushort)0xB1AA, (byte)125));
    }

    [Fact]
    public void Decode_AnyBits_IsATime()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            FatTime.Decode(bits, 0xFFFF - bits, bits & 0xFF).Seconds.ShouldBeInRange(315_532_800, 4_354_819_199);
        }
    }
}
