using ImagePrep.Guests;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Guests;

public sealed class GuestTreeTests
{
    private readonly MemoryFileSystem _root = new();
    private readonly MemoryFileSystem _boot = new();

    private GuestEditor Files => new(
    [
        new Mount(GuestPath.Root, 2, new ByteRange(1 << 20, 1 << 20), _root, _root),
        new Mount(GuestPath.Parse("/boot"), 1, new ByteRange(4 << 20, 1 << 20), _boot, _boot),
    ]);

    [Fact]
    public void Find_AcrossMountsAndLinks_StaysInsideTheGuest()
    {
        _root.AddDirectory("/boot");
        _root.Add("/boot/hidden", "below the mount");
        _boot.Add("/vmlinuz", "kernel");
        _boot.AddLink("/up", "../etc/name");
        _root.Add("/etc/name", "inside");
        _root.AddLink("/escape", "../../../../../etc/name");
        _root.AddLink("/absolute", "/boot/vmlinuz");

        Files.ReadText("/boot/vmlinuz").ShouldBe("kernel");
        Files.ReadText("/absolute").ShouldBe("kernel");
        Files.ReadText("/boot/up").ShouldBe("inside");
        Files.ReadText("/escape").ShouldBe("inside");
        Files.Exists("/boot/hidden").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/etc/../etc/./name", "/etc/name")]
    [InlineData("//etc//name", "/etc/name")]
    [InlineData("/etc/", "/etc")]
    [InlineData("/", "/")]
    [InlineData("/..", "/")]
    [InlineData("/link/name", "/etc/deep/name")]
    [InlineData("/link/../name", "/etc/name")]
    [InlineData("/link", "/etc/deep")]
    [InlineData("/boot/..", "/")]
    public void Resolve_GoesWhereTheKernelWould(string typed, string reached)
    {
        AddNames();

        Files.Resolve(typed, followLast: true, out string obstacle).ShouldNotBeNull(obstacle).Path.ToString().ShouldBe(reached);
    }

    [Theory]
    [InlineData("etc", "begins with '/'")]
    [InlineData("/etc/none", "/etc has no 'none'")]
    [InlineData("/none/../etc", "/ has no 'none'")]
    [InlineData("/etc/name/", "/etc/name is no folder")]
    [InlineData("/etc/name/x", "/etc/name is no folder")]
    [InlineData("/etc/name/..", "/etc/name is no folder")]
    [InlineData("/etc/\u001b[2J", "/etc has no '\\x1b[2J'")]
    public void Resolve_NoSuchPath_TellsHowFarItLeads(string typed, string told)
    {
        AddNames();

        Files.Resolve(typed, followLast: true, out string obstacle).ShouldBeNull();
        obstacle.ShouldContain(told);
    }

    [Fact]
    public void Resolve_LinkAtTheEnd_IsNamedItselfUnlessAFolderIsAskedFor()
    {
        AddNames();

        Files.Resolve("/link", followLast: false, out _).ShouldNotBeNull().Path.ToString().ShouldBe("/link");
        Files.Resolve("/link/", followLast: false, out _).ShouldNotBeNull().Path.ToString().ShouldBe("/etc/deep");
    }

    [Fact]
    public void Find_LinkLoop_IsCorruptNotEndless()
    {
        _root.AddLink("/a", "/b");
        _root.AddLink("/b", "/a");

        Should.Throw<CorruptImageException>(() => Files.Exists("/a")).Kind.ShouldBe(CorruptKind.Loop);
    }

    [Fact]
    public void Resolve_LinkLoop_IsToldAndTheLinkItselfIsFound()
    {
        _root.AddLink("/a", "/b");
        _root.AddLink("/b", "/a");

        Files.Resolve("/a", followLast: true, out string obstacle).ShouldBeNull();
        obstacle.ShouldContain("links that lead to each other");
        Files.Resolve("/a", followLast: false, out _).ShouldNotBeNull().Path.ToString().ShouldBe("/a");
    }

    [Fact]
    public void Glob_PatternInTwoParts_FindsLinksThemselves()
    {
        _root.Add("/home/a/.ssh/id_rsa", "x");
        _root.Add("/home/b/.ssh/id_ed25519", "y");
        _root.AddLink("/home/b/.ssh/id_link", "/nowhere");

        Files.Glob("/home/*/.ssh/id_*").Select(node => node.Path.ToString())
            .ShouldBe(["/home/a/.ssh/id_rsa", "/home/b/.ssh/id_ed25519", "/home/b/.ssh/id_link"]);
    }

    [Fact]
    public void PutFile_FileWithTwoNames_StaysOneFile()
    {
        _root.Add("/etc/name", "old");
        _root.TryLookup(_root.Root, "etc", out NodeId etc).ShouldBeTrue();
        _root.TryLookup(etc, "name", out NodeId file).ShouldBeTrue();
        _root.Link(file, _root.Root, "other");
        GuestEditor files = Files;

        files.PutFile("/etc/name", "new", 0b110_000_000);

        files.ReadText("/other").ShouldBe("new");
        _root.Stat(file).LinkCount.ShouldBe(2);
    }

    [Fact]
    public void DiskRanges_AddTheStartOfThePartition()
    {
        _root.Add("/f", "abc");

        GuestNode node = Files.Find(GuestPath.Parse("/f"));
        ByteRange inside = _root.ContentRanges(node.Node)[0];
        GuestTree.DiskRanges(node).ShouldBe([new ByteRange((1 << 20) + inside.Start, 3)]);
    }

    [Fact]
    public void PutFile_SameAgain_RecordsNothing()
    {
        GuestEditor files = Files;
        files.PutFile("/a/b", "x", 0b110_100_100);
        files.TakeChanges().Select(change => $"{change.Path} {change.Kind}").ShouldBe(["/a Created", "/a/b Created"]);

        files.PutFile("/a/b", "x", 0b110_100_100);
        files.TakeChanges().ShouldBeEmpty();
    }

    [Fact]
    public void PutFile_OverALink_ReplacesTheLinkAndLeavesItsTarget()
    {
        _root.Add("/etc/shadow", "secret", 0b110_100_000);
        _root.AddLink("/etc/machine-id", "shadow");

        Files.PutFile("/etc/machine-id", "new", 0b100_100_100);

        Files.ReadText("/etc/shadow").ShouldBe("secret");
        Files.ReadText("/etc/machine-id").ShouldBe("new");
    }

    [Fact]
    public void PutFile_ExistingFile_KeepsTheNode()
    {
        _root.Add("/etc/hosts", "old");
        GuestEditor files = Files;
        Storage.FileSystems.NodeId before = files.Find(GuestPath.Parse("/etc/hosts")).Node;

        files.PutFile("/etc/hosts", "new", 0b110_100_100);

        files.Find(GuestPath.Parse("/etc/hosts")).Node.ShouldBe(before);
    }

    [Fact]
    public void Remove_Folder_TakesWhatItHoldsAndNotWhatItLinksTo()
    {
        _root.Add("/keep/file", "x");
        _root.Add("/gone/a/b", "x");
        _root.AddLink("/gone/link", "/keep");

        Files.Remove(GuestPath.Parse("/gone"));

        _root.Dump().ShouldBe(["/keep/ 0755 0:0", "/keep/file 0644 0:0 x"]);
    }

    [Fact]
    public void Remove_FolderWithAWayBackIntoItself_IsCorruptNotEndless()
    {
        _root.Add("/gone/a/b", "x");
        _root.TryLookup(_root.Root, "gone", out NodeId gone).ShouldBeTrue();
        _root.TryLookup(gone, "a", out NodeId inner).ShouldBeTrue();
        _root.Damage(gone, inner, "loop");

        Should.Throw<CorruptImageException>(() => Files.Remove(GuestPath.Parse("/gone"))).Message.ShouldContain("/gone/a/loop");
    }

    [Fact]
    public void Remove_VeryDeepFolder_AsksForEachNameOnce()
    {
        const int Depth = 1500;
        _root.Add(string.Concat(Enumerable.Repeat("/d", Depth)) + "/f", "x");
        GuestEditor files = Files;

        files.Remove(GuestPath.Parse("/d"));

        _root.Dump().ShouldBeEmpty();
        files.Changes.Count.ShouldBe(Depth + 1);
    }

    [Fact]
    public void RemoveTree_WhatStays_KeepsTheFoldersAboveIt()
    {
        _root.Add("/gone/a/stays", "x");
        _root.Add("/gone/a/goes", "x");
        _root.Add("/gone/b/goes", "x");
        List<string> told = [];

        Files.RemoveTree(Files.Find(GuestPath.Parse("/gone")), node => node.Path.Name.ToString() == "stays", node => told.Add(node.Path.ToString()));

        told.ShouldBe(["/gone/a/goes", "/gone/b/goes", "/gone/b"]);
        _root.Dump().ShouldContain("/gone/a/stays 0644 0:0 x");
    }

    [Fact]
    public void Remove_MountPoint_IsRefused()
    {
        _root.AddDirectory("/boot");

        Should.Throw<UnsupportedImageException>(() => Files.Remove(GuestPath.Parse("/boot"))).Message.ShouldStartWith("/boot: a file system is mounted there");
    }

    private void AddNames()
    {
        _root.Add("/etc/name", "outer");
        _root.Add("/etc/deep/name", "inner");
        _root.AddLink("/link", "etc/deep");
        _root.AddDirectory("/boot");
    }
}
