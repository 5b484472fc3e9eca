using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Storage.Tests.Partitions.Mbr;

public sealed class ChsAddressTests
{
    [Theory]
    [InlineData(0, 0x00, 0x01, 0x00)]
    [InlineData(63, 0x01, 0x01, 0x00)]
    [InlineData(2048, 0x20, 0x21, 0x00)]
    [InlineData(255 * 63, 0x00, 0x01, 0x01)]
    [InlineData(256 * 255 * 63, 0x00, 0x41, 0x00)]
    [InlineData((1024 * 255 * 63) - 1, 0xFE, 0xFF, 0xFF)]
    [InlineData(1024 * 255 * 63, 0xFE, 0xFF, 0xFF)]
    [InlineData(uint.MaxValue, 0xFE, 0xFF, 0xFF)]
    public void FromSector_GivesTheBytesOfFdisk(long sector, byte head, byte sectorByte, byte cylinder) =>
        ChsAddress.FromSector(sector, ChsAddress.BeyondReach).ShouldBe(new ChsAddress(head, sectorByte, cylinder));

    [Fact]
    public void FromSector_Negative_IsMisuse() =>
        Should.Throw<ArgumentOutOfRangeException>(() => ChsAddress.FromSector(-1, ChsAddress.BeyondReach));
}
