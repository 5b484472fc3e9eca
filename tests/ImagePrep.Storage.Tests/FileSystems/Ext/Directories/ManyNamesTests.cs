using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>Thousands of names through the whole file system, so that directories grow on real blocks.</summary>
public sealed class ManyNamesTests
{
    [Theory]
    [InlineData("ext4-1k", 3000)]
    [InlineData("ext4-4k", 3000)]
    [InlineData("ext4-64k", 1200)]
    [InlineData("ext4-nocsum", 1500)]
    [InlineData("ext4-large", 1500)]
    [InlineData("ext4-noindex", 600)]
    [InlineData("ext3", 1500)]
    [InlineData("ext2-128", 400)]
    public void CreateAndUnlink_ManyNames_E2fsckIsSilentAndTheKernelFindsEach(string flavour, int count)
    {
        OutsideTool.Require("mke2fs", "e2fsck", "debugfs");
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch);
        string[] names = [.. Enumerable.Range(0, count).Select(i => $"{i}-ü-{new string((char)('a' + (i % 26)), i * 7 % 120)}")];
        string[] removed = [.. names.Where((_, i) => i % 3 == 1)];
        string[] left = [.. names.Except(removed)];
        using (FileDevice device = new(path))
        {
            IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
            NodeId directory = files.CreateDirectory(files.Root, "names", new NodeAttributes(0x1ED));
            foreach (string name in names)
            {
                files.CreateFile(directory, name, new NodeAttributes(0x1A4), []);
            }

            files.Flush();
            E2fsck.ShouldBeSilent(path);
            foreach (string name in removed)
            {
                files.Unlink(directory, name);
            }

            files.Flush();
            files.List(directory).Select(entry => entry.Name.ToString()).ShouldBe(left, ignoreOrder: true);
        }

        E2fsck.ShouldBeSilent(path);
        ExtImageDirectory blocks = new ExtImage(path).Directory("/names");
        blocks.IsIndexed.ShouldBe(blocks.Rules.MayIndex && blocks.Count > 1);
        DirectoryCheck.Verify(blocks).Records.Count.ShouldBe(left.Length);
        if (blocks.Rules.BlockSize <= Environment.SystemPageSize)
        {
            TheKernelShouldFind(path, left, removed);
        }
    }

    private static void TheKernelShouldFind(string path, string[] left, string[] removed)
    {
        using KernelMount mount = new(path, "ro");
        string folder = Path.Combine(mount.Folder, "names");
        left.Where(name => !File.Exists(Path.Combine(folder, name))).ShouldBeEmpty();
        removed.Where(name => File.Exists(Path.Combine(folder, name))).ShouldBeEmpty();
        Directory.EnumerateFiles(folder).Count().ShouldBe(left.Length);
    }
}
