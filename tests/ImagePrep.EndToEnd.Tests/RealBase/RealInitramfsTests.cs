using ImagePrep.Guests;
using ImagePrep.Initramfs;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.RealBase;

/// <summary>The initramfs that a Debian system made for itself, on its own file system.</summary>
public sealed class RealInitramfsTests
{
    private const string Removed = "scripts/functions";

    [Fact]
    public void Apply_DebiansOwnInitramfs_TakesOutOneMemberAndNothingElse()
    {
        OutsideTool.Require("cpio", "gzip", "zstd");
        using ScratchFolder scratch = new();
        using DiskImage image = DiskImage.Open(TestKit.RealBase.Image("bookworm", "legacy63"));
        GuestDisk disk = GuestDisk.Open(image, PartitionTable.Read(image), new UnixTime(1_700_000_000));
        InitramfsArchive archive = InitramfsScan.Find(disk.Files, InitramfsCatalog.All).ShouldHaveSingleItem();
        archive.Obstacle.ShouldBeEmpty();
        archive.Matches.ShouldBeEmpty();
        string[] before = Unpack(scratch, "before", archive.File, "zstd -dcq");

        InitramfsEntry entry = new("test", [Removed], InitramfsAction.Remove, "test", MinSize: 1, "It is a test.", "none");
        InitramfsOutcome outcome = InitramfsCleaning.Apply(disk.Files, [entry], keep: [], sources: []);

        outcome.Secrets.ShouldHaveSingleItem().Path.ShouldBe($"{archive.File.Path}:{Removed}");
        GuestNode rebuilt = disk.Files.Find(archive.File.Path);
        string[] after = Unpack(scratch, "after", rebuilt, "gzip -dc");
        before.Except(after).ShouldBe([Removed]);
        after.Except(before).ShouldBeEmpty();
        File.Delete(scratch.File($"before.d/{Removed}"));
        OutsideTool.Run("diff", "-r", "--no-dereference", scratch.File("before.d"), scratch.File("after.d")).EnsureSuccess("diff").Output.ShouldBeEmpty();
        rebuilt.Info.Permissions.ShouldBe(archive.File.Info.Permissions);
        disk.Files.Changes.ShouldHaveSingleItem().Path.ShouldBe(archive.File.Path);
    }

    /// <summary>Unpacks it with the tools themselves, and gives the names they list.</summary>
    private static string[] Unpack(ScratchFolder scratch, string name, GuestNode file, string expander)
    {
        byte[] content = new byte[file.Info.Size];
        file.Mount.FileSystem.Read(file.Node, 0, content).ShouldBe(content.Length);
        File.WriteAllBytes(scratch.File(name), content);
        OutsideTool.Run("sh", "-c", $"cd {scratch.Path} && {expander} < {name} > {name}.cpio && mkdir {name}.d && cd {name}.d && cpio -id --quiet --no-absolute-filenames < ../{name}.cpio").EnsureSuccess("cpio");
        return OutsideTool.Run("sh", "-c", $"cpio -it --quiet < {scratch.File(name)}.cpio").EnsureSuccess("cpio").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
