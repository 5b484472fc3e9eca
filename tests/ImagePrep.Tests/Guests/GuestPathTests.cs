using ImagePrep.Guests;

namespace ImagePrep.Tests.Guests;

public sealed class GuestPathTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("//etc//ssh/", "/etc/ssh")]
    [InlineData("/etc/./ssh/../fstab", "/etc/fstab")]
    [InlineData("/../../etc", "/etc")]
    public void Parse_Text_IsNormalised(string text, string expected) => GuestPath.Parse(text).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("etc")]
    [InlineData("/a\0b")]
    public void Parse_NoGuestPath_Throws(string text) => Should.Throw<ArgumentException>(() => GuestPath.Parse(text));

    [Fact]
    public void ToString_ControlCharacters_AreEscaped() =>
        (GuestPath.Root / new Storage.FileSystems.FileName([0x1b, (byte)'[', 0xff])).ToString().ShouldBe("/\\x1b[\\xff");

    [Fact]
    public void IsInside_ComparesNamesNotText()
    {
        GuestPath.Parse("/etc/ssh").IsInside(GuestPath.Parse("/etc")).ShouldBeTrue();
        GuestPath.Parse("/etcetera").IsInside(GuestPath.Parse("/etc")).ShouldBeFalse();
    }
}
