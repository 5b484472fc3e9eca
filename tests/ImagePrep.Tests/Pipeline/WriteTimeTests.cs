using ImagePrep.Errors;
using ImagePrep.Pipeline;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Tests.Pipeline;

public sealed class WriteTimeTests
{
    [Fact]
    public void Choose_SourceDateEpoch_Wins() => WriteTime.Choose([], "1700000000").ShouldBe(new UnixTime(1_700_000_000));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData("99999999999")]
    public void Choose_NoNumberOfSeconds_IsAUsageError(string value) =>
        Should.Throw<RecipeException>(() => WriteTime.Choose([], value)).Message.ShouldContain("SOURCE_DATE_EPOCH");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Choose_NothingToGoBy_IsTheEpochNotTheClock(string? value) => WriteTime.Choose([], value).ShouldBe(default);
}
