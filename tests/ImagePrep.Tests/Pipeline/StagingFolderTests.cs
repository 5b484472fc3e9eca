using ImagePrep.Pipeline;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Pipeline;

public sealed class StagingFolderTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    private string Final => _scratch.File("out");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Publish_GivesEverythingItsFinalName()
    {
        using (StagingFolder staging = new(Final))
        {
            File.WriteAllText(staging.File("a"), "1");
            Directory.CreateDirectory(staging.File("nodes"));
            File.WriteAllText(staging.File("nodes/n"), "2");
            Directory.GetFileSystemEntries(Final).ShouldAllBe(path => Path.GetFileName(path).StartsWith('.'));
            staging.Publish(last: "a");
        }

        Directory.GetFileSystemEntries(Final, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Final, path))
            .ShouldBe(["a", "nodes", "nodes/n"], ignoreOrder: true);
    }

    [Fact]
    public void Dispose_WithoutPublish_LeavesNothing()
    {
        using (StagingFolder staging = new(Final))
        {
            File.WriteAllText(staging.File("a"), "1");
        }

        Directory.Exists(Final).ShouldBeFalse();
    }

    [Fact]
    public void Dispose_WithoutPublish_KeepsAFolderThatWasThere()
    {
        Directory.CreateDirectory(Final);
        new StagingFolder(Final).Dispose();

        Directory.GetFileSystemEntries(Final).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(".imageprep-partial-4999999")]
    [InlineData(".imageprep-partial-1")]
    public void Constructor_LeftoverOfAKilledRun_IsRemovedWhateverItsNumber(string name)
    {
        string leftover = Path.Combine(Final, name);
        Directory.CreateDirectory(leftover);
        File.WriteAllText(Path.Combine(leftover, "golden.qcow2"), "half");
        File.WriteAllText(Path.Combine(Final, ".imageprep-lock"), "");

        using StagingFolder staging = new(Final);

        Directory.GetDirectories(Final).ShouldBe([staging.Path]);
        Directory.GetFileSystemEntries(staging.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Constructor_AnotherRunIsWriting_IsRefusedAndTouchesNothing()
    {
        using StagingFolder first = new(Final);
        File.WriteAllText(first.File("a"), "1");

        Should.Throw<IOException>(() => new StagingFolder(Final)).Message.ShouldContain("Another run");

        File.ReadAllText(first.File("a")).ShouldBe("1");
        first.Publish(last: "a");
        Directory.GetFileSystemEntries(Final).ShouldBe([Path.Combine(Final, "a")]);
    }

    [Fact]
    public void Constructor_AfterTheOtherRunEnded_IsGranted()
    {
        Directory.CreateDirectory(Final);
        new StagingFolder(Final).Dispose();

        new StagingFolder(Final).Dispose();

        Directory.GetFileSystemEntries(Final).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(".imageprep-partial-mine")]
    [InlineData(".imageprep-partial-")]
    public void Constructor_FolderWithANameOfTheUsers_IsRefusedAndKept(string name)
    {
        Directory.CreateDirectory(Path.Combine(Final, name));

        Should.Throw<IOException>(() => new StagingFolder(Final)).Message.ShouldContain($"it holds {name}");

        Directory.GetFileSystemEntries(Final).ShouldBe([Path.Combine(Final, name)]);
    }

    [Fact]
    public void Constructor_FolderHoldsFiles_IsRefusedByName()
    {
        Directory.CreateDirectory(Final);
        File.WriteAllText(Path.Combine(Final, "mine"), "x");

        Should.Throw<IOException>(() => new StagingFolder(Final)).Message.ShouldContain("it holds mine");
        Directory.GetFileSystemEntries(Final).Length.ShouldBe(1);
    }
}
