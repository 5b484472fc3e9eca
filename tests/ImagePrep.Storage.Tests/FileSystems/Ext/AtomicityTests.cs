using System.Security.Cryptography;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>A call that throws has changed nothing.</summary>
public sealed class AtomicityTests
{
    private static readonly UnixTime Time = new(1_700_000_000);

    [Fact]
    public void Open_WithoutAnEdit_WritesNothing()
    {
        byte[] image = Image();
        byte[] before = SHA256.HashData(image);
        ExtFileSystem.OpenForEditing(new MemoryDevice(image), Time).Flush();
        SHA256.HashData(image).ShouldBe(before);
    }

    [Fact]
    public void Misuse_OfEveryCall_ChangesNothing()
    {
        byte[] image = Image();
        byte[] before = SHA256.HashData(image);
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), Time);
        NodeId etc = ModelTree.Find(files, "/etc");
        NodeId file = ModelTree.Find(files, "/large");
        NodeAttributes plain = new(0x1A4);

        Should.Throw<IOException>(() => files.CreateFile(files.Root, "large", plain, "x"u8));
        Should.Throw<IOException>(() => files.CreateDirectory(files.Root, "etc", plain));
        Should.Throw<IOException>(() => files.CreateSymbolicLink(etc, "short", "x"u8));
        Should.Throw<IOException>(() => files.CreateFile(file, "x", plain, "x"u8));
        Should.Throw<ArgumentException>(() => files.CreateSymbolicLink(etc, "x", []));
        Should.Throw<ArgumentException>(() => files.CreateSymbolicLink(etc, "x", new byte[5000]));
        Should.Throw<ArgumentException>(() => files.CreateFile(etc, "x", new NodeAttributes(0x1000), []));
        Should.Throw<IOException>(() => files.CreateFile(etc, "..", plain, []));
        Should.Throw<IOException>(() => files.Unlink(etc, "."));
        Should.Throw<IOException>(() => files.RemoveDirectory(etc, ".."));
        Should.Throw<ArgumentException>(() => files.RemoveDirectory(ModelTree.Find(files, "/lost+found"), "."));
        Should.Throw<FileNotFoundException>(() => files.Unlink(etc, "absent"));
        Should.Throw<IOException>(() => files.Unlink(files.Root, "etc"));
        Should.Throw<FileNotFoundException>(() => files.RemoveDirectory(etc, "absent"));
        Should.Throw<IOException>(() => files.RemoveDirectory(files.Root, "etc"));
        Should.Throw<IOException>(() => files.RemoveDirectory(files.Root, "large"));
        Should.Throw<IOException>(() => files.Link(etc, files.Root, "again"));
        Should.Throw<IOException>(() => files.Link(file, files.Root, "etc"));
        Should.Throw<ArgumentException>(() => files.Link(new NodeId(0), files.Root, "again"));
        Should.Throw<FileNotFoundException>(() => files.Rename(files.Root, "absent", etc, "x"));
        Should.Throw<IOException>(() => files.Rename(files.Root, "etc", etc, "x"));
        Should.Throw<IOException>(() => files.Rename(files.Root, "large", files.Root, "etc"));
        Should.Throw<IOException>(() => files.Rename(files.Root, "etc", files.Root, "large"));
        Should.Throw<IOException>(() => files.Rename(files.Root, "lost+found", files.Root, "etc"));
        Should.Throw<ArgumentException>(() => files.Rename(files.Root, "large", etc, ".."));
        Should.Throw<ArgumentException>(() => files.Rename(etc, ".", files.Root, "x"));
        Should.Throw<ArgumentException>(() => files.Rename(etc, "..", files.Root, "x"));
        Should.Throw<IOException>(() => files.WriteContent(etc, "x"u8));
        Should.Throw<IOException>(() => files.WriteAt(etc, 0, "x"u8));
        Should.Throw<IOException>(() => files.SetLength(etc, 0));
        Should.Throw<ArgumentException>(() => files.WriteAt(file, -1, "x"u8));
        Should.Throw<ArgumentException>(() => files.WriteAt(file, long.MaxValue, "x"u8));
        Should.Throw<ArgumentException>(() => files.SetLength(file, -1));
        Should.Throw<UnsupportedImageException>(() => files.SetLength(file, long.MaxValue)).Kind.ShouldBe(UnsupportedKind.Limit);
        Should.Throw<ArgumentException>(() => files.SetPermissions(file, -1));
        Should.Throw<ArgumentException>(() => files.SetAttribute(file, "nonsense", "x"u8));
        Should.Throw<ArgumentException>(() => files.SetAttribute(file, "user.", "x"u8));
        Should.Throw<ArgumentException>(() => files.SetAttribute(file, "system.posix_acl_access", "x"u8));
        Should.Throw<UnsupportedImageException>(() => files.SetAttribute(file, "user.large", new byte[2000])).Kind.ShouldBe(UnsupportedKind.NoSpace);
        Should.Throw<UnsupportedImageException>(() => files.SetPermissions(new NodeId(8), 0));
        files.Flush();

        SHA256.HashData(image).ShouldBe(before);
    }

    [Fact]
    public void NoSpace_InEveryCallThatGrows_ChangesNothing()
    {
        byte[] image = Image();
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), Time);
        NodeId full = files.CreateFile(files.Root, "full", new NodeAttributes(0x1A4), []);
        files.WriteAt(full, 0, new byte[files.Summary.FreeBytes - (200 * 1024)]);
        while (files.Summary.FreeBytes > 0)
        {
            files.WriteAt(full, files.Stat(full).Size, new byte[1024]);
        }

        files.Flush();
        byte[] before = SHA256.HashData(image);
        NodeId file = ModelTree.Find(files, "/large");
        NodeAttributes plain = new(0x1A4);
        void IsRefused(Action call) => Should.Throw<UnsupportedImageException>(call).Kind.ShouldBe(UnsupportedKind.NoSpace);

        IsRefused(() => files.CreateFile(files.Root, "new", plain, "x"u8));
        IsRefused(() => files.CreateDirectory(files.Root, "new", plain));
        IsRefused(() => files.CreateSymbolicLink(files.Root, "new", new byte[100].Select(_ => (byte)'x').ToArray()));
        IsRefused(() => files.WriteContent(file, new byte[4_000_000]));
        IsRefused(() => files.WriteAt(file, 5_000_000, "x"u8));
        IsRefused(() => files.SetAttribute(file, "user.a", new byte[300]));
        files.Flush();
        SHA256.HashData(image).ShouldBe(before);

        // What needs no room still works, and so does everything once there is room.
        files.Rename(files.Root, "large", files.Root, "renamed");
        files.Rename(files.Root, "renamed", ModelTree.Find(files, "/etc"), "attributes");
        files.WriteContent(file, new byte[100]);
        files.CreateFile(files.Root, "new", plain, new byte[2000]);
        files.Unlink(files.Root, "full");
        files.Flush();
        ExtCheck.Verify(new MemoryDevice(image)).ShouldBeEmpty();
    }

    [Fact]
    public void NoInodes_CreateFile_ChangesNothing()
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = new Flavour("few-inodes", "8M", "-t", "ext4", "-N", "32").Make(scratch);
        using FileDevice device = new(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, Time);
        UnsupportedImageException? refusal = null;
        for (int i = 0; refusal is null; i++)
        {
            i.ShouldBeLessThan(100);
            try
            {
                files.CreateFile(files.Root, $"file{i}", new NodeAttributes(0x1A4), "x"u8);
            }
            catch (UnsupportedImageException error)
            {
                refusal = error;
            }
        }

        refusal.Kind.ShouldBe(UnsupportedKind.NoSpace);
        files.Flush();
        E2fsck.ShouldBeSilent(path);
    }

    [Fact]
    public void DeviceFails_AtAnyWriteOfACall_TheCallIsUndone()
    {
        (string Name, Action<IFileSystem> Call)[] calls =
        [
            ("create", f => f.CreateFile(ModelTree.Find(f, "/etc"), "new", new NodeAttributes(0x1A4), new byte[5000])),
            ("directory", f => f.CreateDirectory(ModelTree.Find(f, "/etc"), "new", new NodeAttributes(0x1A4))),
            ("content", f => f.WriteContent(ModelTree.Find(f, "/sparse"), Enumerable.Repeat((byte)8, 70_000).ToArray())),
            ("write", f => f.WriteAt(ModelTree.Find(f, "/sparse"), 100_000, Enumerable.Repeat((byte)9, 9000).ToArray())),
            ("length", f => f.SetLength(ModelTree.Find(f, "/sparse"), 303_001)),
            ("unlink", f => f.Unlink(f.Root, "sparse")),
            ("link", f => f.Link(ModelTree.Find(f, "/sparse"), ModelTree.Find(f, "/etc"), "again")),
            ("rename", f => f.Rename(f.Root, "sparse", ModelTree.Find(f, "/etc"), "attributes")),
            ("rename directory", f => f.Rename(f.Root, "etc", ModelTree.Find(f, "/lost+found"), "etc")),
            ("attribute", f => f.SetAttribute(ModelTree.Find(f, "/large"), "user.a", new byte[300])),
        ];
        foreach ((string name, Action<IFileSystem> call) in calls)
        {
            byte[] image = Image();
            byte[] before = SHA256.HashData(image);
            int failures = 0;
            for (int fail = 1; ; fail++)
            {
                FailingDevice device = new(new MemoryDevice(image), fail);
                IFileSystem files = ExtFileSystem.OpenForEditing(device, Time);
                try
                {
                    call(files);
                    break;
                }
                catch (IOException error) when (error.Message == FailingDevice.Message)
                {
                    failures++;
                }

                files.Flush();
                SHA256.HashData(image).ShouldBe(before, $"{name}, write {fail}");
            }

            failures.ShouldBeGreaterThan(1, name);
        }
    }

    [Fact]
    public void Unlink_LeavesNoSecretInTheInode()
    {
        byte[] image = Image();
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), Time);
        files.CreateSymbolicLink(files.Root, "link-name-of-secret", "/secret-target"u8);
        NodeId file = files.CreateFile(files.Root, "file-name-of-secret", new NodeAttributes(0x1A4), []);
        files.SetAttribute(file, "user.secret-key", "secret-value"u8);
        files.Flush();
        foreach (string secret in new[] { "secret-target", "secret-key", "secret-value", "link-name-of", "file-name-of" })
        {
            image.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(secret)).ShouldBeGreaterThan(0, secret);
        }

        files.Unlink(files.Root, "link-name-of-secret");
        files.Unlink(files.Root, "file-name-of-secret");
        files.Flush();

        foreach (string secret in new[] { "secret-target", "secret-key", "secret-value", "link-name-of", "file-name-of" })
        {
            image.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(secret)).ShouldBe(-1, secret);
        }
    }

    private static byte[] Image()
    {
        OutsideTool.Require("mke2fs");
        return [.. ExtCheckTests.Golden.Value];
    }
}
