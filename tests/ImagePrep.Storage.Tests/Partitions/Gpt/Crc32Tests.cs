using ImagePrep.Storage.Partitions.Gpt;

namespace ImagePrep.Storage.Tests.Partitions.Gpt;

public sealed class Crc32Tests
{
    [Fact]
    public void Compute_CheckString_GivesThePublishedValue() => Crc32.Compute("123456789"u8).ShouldBe(0xCBF43926);

    [Fact]
    public void Compute_Nothing_IsZero() => Crc32.Compute([]).ShouldBe(0u);
}
