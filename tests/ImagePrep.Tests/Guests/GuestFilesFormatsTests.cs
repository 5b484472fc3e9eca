using ImagePrep.Guests;

namespace ImagePrep.Tests.Guests;

/// <summary>The small text formats that say what a guest is.</summary>
public sealed class GuestFilesFormatsTests
{
    [Fact]
    public void OsRelease_QuotesAndComments_AreUnderstood() =>
        OsRelease.Parse("# x\nID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='Debian GNU/Linux 12'\n").ShouldBe(new OsRelease("debian", "12", "Debian GNU/Linux 12"));

    [Fact]
    public void OsRelease_Empty_IsTheDefaultOfItsManual() => OsRelease.Parse("").ShouldBe(new OsRelease("linux", "", "Linux"));

    [Fact]
    public void InstalledPackages_OnlyInstalledOnesCount()
    {
        InstalledPackages packages = InstalledPackages.ParseDpkgStatus(
            "Package: a\nStatus: install ok installed\nDescription: x\n Version: 9\nVersion: 1.0-1\n\nPackage: b\nStatus: deinstall ok config-files\nVersion: 2\n\n"
            + "Package: c\nStatus: install ok half-installed\nVersion: 3\n");

        packages.Version("a").ShouldBe("1.0-1");
        packages.Version("b").ShouldBeNull();
        packages.Version("c").ShouldBeNull();
    }

    [Fact]
    public void FileSystemTable_CommentsBlanksAndEscapes_AreUnderstood()
    {
        IReadOnlyList<FileSystemTableEntry> entries = FileSystemTable.Parse("# c\n\nUUID=\"a-b\"\t/my\\040data ext4 defaults 0 2\n/dev/sda2 none swap sw\nshort line\n");

        entries.ShouldBe([new("UUID=a-b", "/my data", "ext4", 3), new("/dev/sda2", "none", "swap", 4)]);
    }
}
