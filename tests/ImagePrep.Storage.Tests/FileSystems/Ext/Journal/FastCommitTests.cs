using System.Text.RegularExpressions;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Journal;

/// <summary>
/// Images that a kernel left with fast commits. The judges are the tree that the machine had when it was cut, e2fsck, and the kernel's own replay where
/// that is sound.
/// </summary>
public sealed partial class FastCommitTests
{
    private static readonly UnixTime Now = new(1_750_000_000);

    private static readonly Dictionary<string, string[]> Shapes = new(StringComparer.Ordinal)
    {
        ["4k"] = ["-b", "4096", "-O", "fast_commit", "-J", "size=4"],
        ["1k"] = ["-b", "1024", "-O", "fast_commit,metadata_csum_seed,orphan_file", "-J", "size=4"],
        ["nocsum"] = ["-b", "4096", "-O", "fast_commit,^metadata_csum,^64bit", "-J", "size=4"],
        ["uninit-128"] = ["-b", "1024", "-I", "128", "-O", "fast_commit,^metadata_csum,uninit_bg,^dir_index,^flex_bg", "-J", "size=4"],
    };

    public static TheoryData<string> Works => [.. FastCommitWork.All.Select(work => work.Name)];

    public static TheoryData<string, string> OtherShapes =>
        [.. from shape in Shapes.Keys.Skip(1) from work in (string[])["content", "number-used-again", "directory-grows"] select (shape, work)];

    [Theory]
    [MemberData(nameof(Works))]
    public void Replay_GivesTheTreeThatWasThere(string work) => Judge(work, "4k");

    [Theory]
    [MemberData(nameof(OtherShapes))]
    public void Replay_OtherShapes_GivesTheTreeThatWasThere(string shape, string work) => Judge(work, shape);

    [Fact]
    public void Replay_EqualsE2fsckBlockForBlock()
    {
        using ScratchFolder scratch = new();
        FastCommitWork work = new("equal", "w('old7', b'x' * 9000, os.O_APPEND); w('old1', b'over'); os.truncate(P('old2'), 100); sync('old2'); os.chmod(P('old3'), 0o600); sync('old3')");
        (string path, _, int commits) = work.Cause(scratch, Shapes["4k"]);
        byte[] image = File.ReadAllBytes(path);

        ExtRecovery.Replay(new MemoryDevice(image), out ExtRecovery recovery);

        recovery.FastCommits.ShouldBe(commits);
        E2fsckReplay.Differences(image, path, scratch).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("content")]
    [InlineData("maps")]
    public void Replay_EqualsE2fsckInContents(string work)
    {
        using ScratchFolder scratch = new();
        (string path, _, _) = Work(work).Cause(scratch, Shapes["4k"]);
        string theirs = scratch.File("theirs.img");
        File.Copy(path, theirs);
        OutsideTool.Run("e2fsck", "-E", "journal_only", "-y", theirs).ExitCode.ShouldBe(0);
        OutsideTool.Run("e2fsck", "-fy", theirs).ExitCode.ShouldBeLessThanOrEqualTo(1);

        string expected = TreeListing.Of(ExtFileSystem.OpenForReading(new MemoryDevice(File.ReadAllBytes(theirs))));

        WithoutTimes(TreeListing.Of(ExtFileSystem.OpenForReading(new MemoryDevice(File.ReadAllBytes(path))))).ShouldBe(WithoutTimes(expected));
    }

    [Fact]
    public void Replay_CutInTheMiddleOfAFastCommit_EndsBeforeIt()
    {
        using ScratchFolder scratch = new();
        const int Torn = 4;
        (string path, _, int commits) = Work("area-full").Cause(scratch, Shapes["4k"], atLeast: Torn + 1);
        byte[] image = File.ReadAllBytes(path);
        int area = FindArea(image);

        // The beginning of the block was written, and no more of it.
        for (int block = 0; block < Torn; block++)
        {
            byte[] torn = [.. image];
            torn.AsSpan(area + (block * 4096) + 100, 412).Clear();
            CommitsOf(torn).ShouldBe(block);
        }

        CommitsOf(image).ShouldBe(commits);
    }

    private static int CommitsOf(byte[] image)
    {
        OverlayDevice device = new(new MemoryDevice(image));
        ExtFileSystem.OpenForEditing(device, Now, out ExtRecovery recovery);
        ExtCheck.Verify(device).ShouldBeEmpty();
        return recovery.FastCommits;
    }

    /// <summary>The first block that begins with a head: tag 9 of 8 bytes and no features.</summary>
    private static int FindArea(byte[] image) =>
        Enumerable.Range(0, image.Length / 4096).First(block => image.AsSpan(block * 4096, 8).SequenceEqual((byte[])[9, 0, 8, 0, 0, 0, 0, 0])) * 4096;

    private static FastCommitWork Work(string name) => FastCommitWork.All.Single(work => work.Name == name);

    private static void Judge(string name, string shape)
    {
        using ScratchFolder scratch = new();
        FastCommitWork work = Work(name);
        (string dirty, string tree, int commits) = work.Cause(scratch, Shapes[shape]);
        byte[] before = File.ReadAllBytes(dirty);
        string byKernel = scratch.File("kernel.img");
        File.Copy(dirty, byKernel);

        WithoutTimes(TreeListing.Of(ExtFileSystem.OpenForReading(new MemoryDevice(before)))).ShouldBe(WithoutTimes(tree));
        before.AsSpan().SequenceEqual(File.ReadAllBytes(dirty)).ShouldBeTrue();
        using (FileDevice device = new(dirty))
        {
            IFileSystem files = ExtFileSystem.OpenForEditing(device, Now, out ExtRecovery recovery);
            recovery.FastCommits.ShouldBe(commits);
            WithoutTimes(TreeListing.Of(files)).ShouldBe(WithoutTimes(tree));
            ExtCheck.Verify(device).ShouldBeEmpty();
        }

        E2fsck.ShouldBeSilent(dirty);
        using (KernelMount ours = new(dirty))
        {
            WithoutTimes(TreeListing.OfFolder(ours.Folder)).ShouldBe(WithoutTimes(tree));
        }

        if (work.KernelIsSound)
        {
            using KernelMount theirs = new(byKernel);
            WithoutTimes(TreeListing.OfFolder(theirs.Folder)).ShouldBe(WithoutTimes(tree));
        }
    }

    // Fast commits say nothing of a directory's own times; whoever replays them writes others.
    private static string WithoutTimes(string tree) => DirectoryTime().Replace(tree, "${rest}");

    [GeneratedRegex(@"^(?<rest>\S+ Directory \S+ \d+ \d+ \d+ -) \d+", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex DirectoryTime();
}
