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

    [Fact]
    public void Constructor_LeftoverOfADeadProcess_IsRemoved()
    {
        // Process numbers end at 4,194,304 (proc(5), pid_max), so this one never lives.
        Directory.CreateDirectory(Path.Combine(Final, ".imageprep-partial-4999999"));

        using StagingFolder staging = new(Final);

        Directory.GetFileSystemEntries(Final).ShouldBe([staging.Path]);
    }

    [Fact]
    public void Constructor_LeftoverOfALivingProcess_IsKept()
    {
        string other = Path.Combine(Final, ".imageprep-partial-1");
        Directory.CreateDirectory(other);

        using (StagingFolder staging = new(Final))
        {
            Directory.Exists(other).ShouldBeTrue();
        }
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
