using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Files, directories and symbolic links whose content lies inside their inodes: made by the kernel, by mke2fs and by debugfs.</summary>
public sealed class InlineDataTests
{
    /// <summary>Content of every length around what inodes have room for, directories that grew, shrank and left their inodes, and attributes beside.</summary>
    private const string Populate = """
        import os, sys
        os.chdir(sys.argv[1])
        def put(name, length):
            with open(name, 'wb') as file:
                file.write(bytes((i * 7 + length) % 251 for i in range(length)))
        os.mkdir('files')
        for length in [*range(56, 66), *range(128, 166, 4), 0, 1, 20, 300, 380, 388, 396, 404, 700, 900]:
            put(f'files/{length}', length)
        put('files/cut', 150); os.truncate('files/cut', 7)
        put('files/extended', 5); os.truncate('files/extended', 59)
        put('files/hole', 10); os.truncate('files/hole', 9000)
        for count in [0, 1, 2, 3, 4, 5, 8, 12, 20, 40]:
            os.mkdir(f'd{count}')
            for i in range(count):
                put(f'd{count}/n{i:x}', i)
        for i in range(0, 12, 2):
            os.remove(f'd12/n{i:x}')
        os.makedirs('deep/er/and/deeper')
        os.mkdir('setgid'); os.chown('setgid', 5, 77); os.chmod('setgid', 0o2775)
        for name in ['files/20', 'files/60', 'd2', 'd5', 'deep']:
            os.setxattr(name, 'user.a', b'value'); os.setxattr(name, 'security.custom', b'x' * 100)
        for i in range(4):
            os.symlink('t' * (55 + 4 * i), f'link{i}')
        """;

    public static TheoryData<string> Shapes => ["ext4-inline", "ext4-inline-i1024", "inline-2k-512", "inline-noextent"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Image_WrittenByTheKernel_IsReadEditedAndGivenBack(string name)
    {
        OutsideTool.Require("mke2fs", "e2fsck", "python3");
        using ScratchFolder scratch = new();
        string path = Shape(name).Make(scratch);
        string expected;
        using (KernelMount mount = new(path))
        {
            OutsideTool.Run("python3", "-c", Populate, mount.Folder).EnsureSuccess("populating through the kernel");
            expected = TreeListing.OfFolder(mount.Folder);
        }

        using FileDevice device = new(path);
        TreeListing.Of(ExtFileSystem.OpenForReading(device)).ShouldBe(expected);
        ExtCheck.Verify(device).ShouldBeEmpty();
        string edited = EditInRounds(device, path);

        using (KernelMount mount = new(path))
        {
            TreeListing.OfFolder(mount.Folder).ShouldBe(edited);
            OutsideTool.Run("sh", "-ec", "cd \"$1\"; for i in 1 2 3 4 5 6 7 8; do mkdir k$i; echo $i > k$i/file; done; rm -r k1 d8 files/60", "sh", mount.Folder);
        }

        E2fsck.ShouldBeSilent(path);
        ExtCheck.Verify(device).ShouldBeEmpty();
    }

    [Fact]
    public void Image_WrittenByMke2fsAndDebugfs_IsReadAndEdited()
    {
        OutsideTool.Require("mke2fs", "e2fsck", "debugfs");
        using ScratchFolder scratch = new();
        byte[] image = Golden.Value;
        string path = scratch.File("image");
        File.WriteAllBytes(path, image);
        string content = scratch.File("content");
        File.WriteAllText(content, "written by debugfs");
        string script = scratch.File("script");
        File.WriteAllLines(script, ["mkdir by-debugfs", "cd by-debugfs", $"write {content} f", $"symlink l {new string('s', 90)}", "mkdir inner", "ea_set f user.a value"]);
        OutsideTool.Run("debugfs", "-w", "-f", script, path).EnsureSuccess("debugfs");
        using FileDevice device = new(path);
        IFileSystemReader files = ExtFileSystem.OpenForReading(device);

        Text(files, "/by-debugfs/f").ShouldBe("written by debugfs");
        Text(files, "/tiny").ShouldBe(new string('t', 40));
        Text(files, "/wide/b").ShouldBe("b");
        files.ReadLink(ModelTree.Find(files, "/link")).Length.ShouldBe(100);
        files.ReadLink(ModelTree.Find(files, "/by-debugfs/l")).Length.ShouldBe(90);
        ExtCheck.Verify(device).ShouldBeEmpty();
        EditInRounds(device, path);
    }

    [Fact]
    public void InlineFile_HasNoRanges_UntilItIsWritten()
    {
        OutsideTool.Require("mke2fs");
        MemoryDevice device = new([.. Golden.Value]);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
        NodeId file = ModelTree.Find(files, "/tiny");
        NodeInfo before = files.Stat(file);
        files.SetAttribute(file, "user.kept", "value"u8);
        Should.Throw<UnsupportedImageException>(() => files.ContentRanges(file)).Message.ShouldContain("inside the inode");

        files.WriteAt(file, 10, "***"u8);

        files.ContentRanges(file).ShouldHaveSingleItem().Length.ShouldBe(40);
        Text(files, "/tiny").ShouldBe(new string('t', 10) + "***" + new string('t', 27));
        files.GetAttributes(file).ShouldHaveSingleItem().Name.ShouldBe("user.kept");
        NodeInfo after = files.Stat(file);
        (after.Permissions, after.UserId, after.GroupId, after.LinkCount, after.Size)
            .ShouldBe((before.Permissions, before.UserId, before.GroupId, before.LinkCount, before.Size));
        files.Flush();
        ExtCheck.Verify(device).ShouldBeEmpty();
        Should.Throw<ArgumentException>(() => files.SetAttribute(file, "system.data", "x"u8));
        Should.Throw<ArgumentException>(() => files.RemoveAttribute(file, "system.data"));
    }

    [Fact]
    public void InlineDirectory_KnowsItsParent()
    {
        OutsideTool.Require("mke2fs");
        IFileSystemReader files = ExtFileSystem.OpenForReading(new MemoryDevice(Golden.Value));
        NodeId inner = ModelTree.Find(files, "/wide/inner");

        files.TryLookup(inner, "..", out NodeId parent).ShouldBeTrue();
        parent.ShouldBe(ModelTree.Find(files, "/wide"));
        files.TryLookup(inner, ".", out NodeId self).ShouldBeTrue();
        self.ShouldBe(inner);
    }

    [Theory]
    [InlineData(61)]
    [InlineData(5000)]
    public void SizeBeyondTheRoom_AsOldKernelsLeaveIt_ReadsAsZero(int size)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        byte[] image = [.. Golden.Value];
        new Mutator(image).PatchInode("/tiny", inode => inode.Size = size);
        string path = scratch.File("image");
        File.WriteAllBytes(path, image);
        E2fsck.ShouldBeSilent(path);
        using FileDevice device = new(path);
        ExtCheck.Verify(device).ShouldBeEmpty();
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
        string expected = new string('t', 40) + new string('\0', size - 40);

        Text(files, "/tiny").ShouldBe(expected);
        files.WriteAt(ModelTree.Find(files, "/tiny"), 1, "u"u8);
        files.Flush();

        Text(files, "/tiny").ShouldBe("tu" + expected[2..]);
        E2fsck.ShouldBeSilent(path);
    }

    /// <summary>An image with inline content of every kind, made without the kernel's help.</summary>
    internal static Lazy<byte[]> Golden { get; } = new(() =>
    {
        using ScratchFolder scratch = new();
        string folder = scratch.File("content");
        Directory.CreateDirectory(Path.Combine(folder, "wide/inner"));
        File.WriteAllText(Path.Combine(folder, "tiny"), new string('t', 40));
        File.WriteAllText(Path.Combine(folder, "wide/b"), "b");
        File.CreateSymbolicLink(Path.Combine(folder, "link"), new string('y', 100));
        return File.ReadAllBytes(new Flavour("inline", "8M", "-t", "ext4", "-b", "1024", "-O", "inline_data").Make(scratch, folder));
    });

    private static Flavour Shape(string name) => name switch
    {
        "inline-2k-512" => new(name, "32M", "-t", "ext4", "-b", "2048", "-I", "512", "-O", "inline_data"),
        "inline-noextent" => new(name, "16M", "-t", "ext4", "-b", "1024", "-O", "inline_data,^extent,^64bit"),
        _ => Flavour.Of(name),
    };

    private static string EditInRounds(FileDevice device, string path)
    {
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000, 5));
        RandomEdits edits = new(files, seed: 4, largestFile: 3000, ModelTree.Of(files));
        for (int round = 0; round < 3; round++)
        {
            edits.Run(100);
            edits.Model.ShouldEqual(files);
            files.Flush();
            E2fsck.ShouldBeSilent(path);
            ExtCheck.Verify(device).ShouldBeEmpty();
        }

        return TreeListing.Of(ExtFileSystem.OpenForReading(device));
    }

    private static string Text(IFileSystemReader files, string path)
    {
        NodeId file = ModelTree.Find(files, path);
        byte[] content = new byte[files.Stat(file).Size];
        files.Read(file, 0, content).ShouldBe(content.Length);
        return System.Text.Encoding.ASCII.GetString(content);
    }
}
