using ImagePrep.Storage.Partitions;

namespace ImagePrep.Storage.Tests.Partitions;

public sealed class AlignmentTests
{
    [Theory]
    [InlineData(63 * 512, 512, AlignmentVerdict.Harmful)]
    [InlineData(2048, 2048, AlignmentVerdict.Harmful)]
    [InlineData(4096, 4096, AlignmentVerdict.Poor)]
    [InlineData(128 * 512, 65536, AlignmentVerdict.Poor)]
    [InlineData(512 * 1024, 512 * 1024, AlignmentVerdict.Poor)]
    [InlineData(1 << 20, 1 << 20, AlignmentVerdict.Aligned)]
    [InlineData(3L << 40, 1 << 20, AlignmentVerdict.Aligned)]
    [InlineData(0, 1 << 20, AlignmentVerdict.Aligned)]
    public void OfOffset_GivesGranularityAndVerdict(long offset, int granularity, AlignmentVerdict verdict)
    {
        Alignment alignment = Alignment.OfOffset(offset);

        alignment.Granularity.ShouldBe(granularity);
        alignment.Verdict.ShouldBe(verdict);
        alignment.IsAligned.ShouldBe(verdict == AlignmentVerdict.Aligned);
    }
}
