using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Checksums;

public sealed class ChecksumTests
{
    [Fact]
    public void Crc32C_CheckString_GivesTheCatalogueValue() =>
        (~Crc32C.Compute(~0u, "123456789"u8)).ShouldBe(0xE3069283u);

    [Fact]
    public void Crc32C_ThirtyTwoZeros_GivesTheValueOfRfc3720() =>
        (~Crc32C.Compute(~0u, new byte[32])).ShouldBe(0x8A9136AAu);

    [Fact]
    public void Crc32C_InPieces_EqualsTheWhole()
    {
        byte[] data = [.. Enumerable.Range(0, 100).Select(i => (byte)(i * 7))];
        uint whole = Crc32C.Compute(1234u, data);
        for (int cut = 0; cut <= data.Length; cut++)
        {
            Crc32C.Compute(Crc32C.Compute(1234u, data.AsSpan(0, cut)), data.AsSpan(cut)).ShouldBe(whole);
        }
    }

    [Fact]
    public void Crc32C_OfNumbers_EqualsTheirLittleEndianBytes()
    {
        Crc32C.Compute(9u, 0x04030201u).ShouldBe(Crc32C.Compute(9u, (ReadOnlySpan<byte>)[1, 2, 3, 4]));
        Crc32C.Compute(9u, 0x0807060504030201UL).ShouldBe(Crc32C.Compute(9u, (ReadOnlySpan<byte>)[1, 2, 3, 4, 5, 6, 7, 8]));
    }

    [Fact]
    public void Crc16_CheckString_GivesTheCatalogueValueOfArc() =>
        Crc16.Compute(0, "123456789"u8).ShouldBe((ushort)0xBB3D);
}
