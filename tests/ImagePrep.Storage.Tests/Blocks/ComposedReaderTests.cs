using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Tests.Blocks;

public sealed class ComposedReaderTests
{
    [Fact]
    public void ReadAt_AcrossPiecesAndGaps_GivesPiecesAndZeros()
    {
        ComposedReader reader = new(20, [(12, new MemoryDevice([4, 5])), (2, new MemoryDevice([1, 2, 3]))]);

        reader.ReadBytes(0, 20).ShouldBe([0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0]);
        reader.ReadBytes(3, 10).ShouldBe([2, 3, 0, 0, 0, 0, 0, 0, 0, 4]);
    }

    [Fact]
    public void DataRanges_NameThePieces()
    {
        ComposedReader reader = new(20, [(12, new MemoryDevice([4, 5])), (2, new MemoryDevice([1, 2, 3]))]);

        reader.DataRanges(new ByteRange(0, 20)).ShouldBe([new ByteRange(2, 3), new ByteRange(12, 2)]);
    }

    [Fact]
    public void Constructor_PiecesOverlap_Throws() =>
        Should.Throw<ArgumentException>(() => new ComposedReader(20, [(2, new MemoryDevice(new byte[5])), (6, new MemoryDevice(new byte[5]))]));
}
