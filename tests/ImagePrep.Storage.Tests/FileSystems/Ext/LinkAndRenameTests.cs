using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Hard links and names that move, as link(2) and rename(2) have them.</summary>
public sealed class LinkAndRenameTests : IDisposable
{
    private static readonly NodeAttributes Plain = new(0x1A4, 5, 6);
    private static readonly UnixTime Before = new(1_600_000_000);
    private static readonly UnixTime Now = new(1_700_000_000, 5);

    private readonly ScratchFolder _scratch = new();
    private FileDevice? _device;
    private string _path = "";

    public void Dispose()
    {
        _device?.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("ext4-1k")]
    [InlineData("ext2-128")]
    public void Link_AndUnlink_CountNamesOfOneInode(string flavour)
    {
        IFileSystem files = Make(flavour);
        NodeId file = files.CreateFile(files.Root, "file", Plain, "content"u8);
        NodeId folder = files.CreateDirectory(files.Root, "folder", Plain);
        files = Reopen(files);

        files.Link(file, folder, "second");
        files.Link(file, files.Root, "third");
        ModelTree.Find(files, "/folder/second").ShouldBe(file);
        files.Stat(file).LinkCount.ShouldBe(3);
        (files.Stat(file).Changed.Seconds, files.Stat(file).Modified.Seconds).ShouldBe((Now.Seconds, Before.Seconds));
        files.Stat(folder).Modified.Seconds.ShouldBe(Now.Seconds);
        ShouldBeSound(files);

        files.Unlink(files.Root, "file");
        files.WriteContent(file, "more"u8);
        files.Unlink(files.Root, "third");
        files.Stat(file).LinkCount.ShouldBe(1);
        byte[] content = new byte[10];
        content[..files.Read(ModelTree.Find(files, "/folder/second"), 0, content)].ShouldBe("more"u8.ToArray());
        ShouldBeSound(files);
    }

    [Theory]
    [InlineData("ext4-1k", 65_000)]
    [InlineData("ext2-128", 32_000)]
    public void Link_AtTheLimit_IsRefused(string flavour, int limit)
    {
        OutsideTool.Require("debugfs");
        IFileSystem files = Make(flavour);
        NodeId file = files.CreateFile(files.Root, "file", Plain, []);
        files.Flush();
        OutsideTool.Run("debugfs", "-w", "-R", $"set_inode_field /file links_count {limit - 1}", _path).EnsureSuccess("debugfs");
        files = Reopen(files);

        files.Link(file, files.Root, "last");
        Should.Throw<UnsupportedImageException>(() => files.Link(file, files.Root, "too many")).Kind.ShouldBe(UnsupportedKind.Limit);
        files.TryLookup(files.Root, "too many", out _).ShouldBeFalse();
        files.Stat(file).LinkCount.ShouldBe(limit);
    }

    [Theory]
    [InlineData("ext4-1k")]
    [InlineData("ext2-128")]
    public void Rename_OverAFile_ReplacesIt(string flavour)
    {
        IFileSystem files = Make(flavour);
        NodeId folder = files.CreateDirectory(files.Root, "folder", Plain);
        NodeId file = files.CreateFile(files.Root, "file", Plain, "new"u8);
        NodeId old = files.CreateFile(folder, "old", Plain, new byte[5000]);
        NodeId link = files.CreateSymbolicLink(files.Root, "link", "target"u8);
        NodeId linked = files.CreateFile(files.Root, "linked", Plain, "stays"u8);
        files.Link(linked, folder, "name of linked");
        long free = files.Summary.FreeBytes;
        files = Reopen(files);

        files.Rename(files.Root, "file", folder, "old");
        ModelTree.Find(files, "/folder/old").ShouldBe(file);
        files.TryLookup(files.Root, "file", out _).ShouldBeFalse();
        Should.Throw<FileNotFoundException>(() => files.Stat(old));
        files.Summary.FreeBytes.ShouldBeGreaterThan(free);
        (files.Stat(file).Changed.Seconds, files.Stat(file).Modified.Seconds).ShouldBe((Now.Seconds, Before.Seconds));
        files.Stat(folder).Modified.Seconds.ShouldBe(Now.Seconds);
        files.Stat(files.Root).Modified.Seconds.ShouldBe(Now.Seconds);
        ShouldBeSound(files);

        // A link over a file: the entry says another type. What has other names stays under them.
        files.Rename(files.Root, "link", folder, "old");
        files.List(folder).Single(entry => entry.Name == "old").ShouldBe(new DirectoryEntry("old", link, NodeKind.SymbolicLink));
        files.Rename(folder, "old", folder, "name of linked");
        files.Stat(linked).LinkCount.ShouldBe(1);
        files.List(folder).ShouldHaveSingleItem().Node.ShouldBe(link);
        ShouldBeSound(files);
    }

    [Fact]
    public void Rename_OneNameOfAnInodeToAnother_ChangesNothing()
    {
        IFileSystem files = Make("ext4-1k");
        NodeId file = files.CreateFile(files.Root, "file", Plain, "x"u8);
        files.Link(file, files.Root, "other");
        files = Reopen(files);
        byte[] before = File.ReadAllBytes(_path);

        files.Rename(files.Root, "file", files.Root, "other");
        files.Rename(files.Root, "file", files.Root, "file");
        files.Flush();
        File.ReadAllBytes(_path).AsSpan().SequenceEqual(before).ShouldBeTrue();
    }

    [Theory]
    [InlineData("ext4-1k", 0)]
    [InlineData("ext4-1k", 400)]
    [InlineData("ext4-large", 400)]
    [InlineData("ext3", 900)]
    [InlineData("ext2-128", 60)]
    public void Rename_OfADirectory_TakesItsParentAlong(string flavour, int names)
    {
        IFileSystem files = Make(flavour);
        NodeId from = files.CreateDirectory(files.Root, "from", Plain);
        NodeId to = files.CreateDirectory(files.Root, "to", Plain);
        NodeId moved = files.CreateDirectory(from, "moved", Plain);
        NodeId below = files.CreateDirectory(moved, "below", Plain);
        for (int i = 0; i < names; i++)
        {
            files.CreateFile(moved, $"a name that takes some room in the directory {i}", Plain, []);
        }

        files = Reopen(files);
        Should.Throw<IOException>(() => files.Rename(from, "moved", moved, "inside"));
        Should.Throw<IOException>(() => files.Rename(files.Root, "from", below, "inside"));
        files.Rename(from, "moved", to, "here");

        ModelTree.Find(files, "/to/here/below").ShouldBe(below);
        Links(files, from, to, moved).ShouldBe([2, 3, 3]);
        (files.Stat(moved).Changed.Seconds, files.Stat(moved).Modified.Seconds).ShouldBe((Now.Seconds, Before.Seconds));
        ShouldBeSound(files);

        // Over an empty directory, and within one directory, where nothing but the name changes.
        files.CreateDirectory(from, "empty", Plain);
        files.CreateDirectory(from, "full", Plain);
        files.CreateFile(ModelTree.Find(files, "/from/full"), "x", Plain, []);
        Should.Throw<IOException>(() => files.Rename(to, "here", from, "full"));
        files.Rename(to, "here", from, "empty");
        files.Rename(from, "empty", from, "renamed");
        Links(files, from, to, moved).ShouldBe([4, 2, 3]);
        files.List(moved).Count().ShouldBe(names + 1);
        ShouldBeSound(files);
    }

    [Fact]
    public void Rename_DirectoryThatNamesAnotherParent_IsCorrupt()
    {
        OutsideTool.Require("mke2fs");
        byte[] image = [.. ExtCheckTests.Golden.Value];
        Mutator mutator = new(image);
        mutator.PatchDirectory("/etc", block => BitConverter.TryWriteBytes(block.AsSpan(12), 11));
        IFileSystem files = ExtFileSystem.OpenForEditing(new ImagePrep.Storage.Blocks.MemoryDevice(image), Now);

        Should.Throw<CorruptImageException>(() => files.Rename(files.Root, "etc", ModelTree.Find(files, "/lost+found"), "etc")).Kind.ShouldBe(CorruptKind.OutOfRange);
    }

    private static int[] Links(IFileSystem files, params NodeId[] nodes) => [.. nodes.Select(node => files.Stat(node).LinkCount)];

    private IFileSystem Make(string flavour)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        _path = Flavour.Of(flavour).Make(_scratch);
        _device = new FileDevice(_path);
        return ExtFileSystem.OpenForEditing(_device, Before);
    }

    // Later, so that the times tell what was touched.
    private IFileSystem Reopen(IFileSystem files)
    {
        files.Flush();
        return ExtFileSystem.OpenForEditing(_device!, Now);
    }

    private void ShouldBeSound(IFileSystem files)
    {
        files.Flush();
        E2fsck.ShouldBeSilent(_path);
        ExtCheck.Verify(_device!).ShouldBeEmpty();
    }
}
