using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>A call that fails has changed nothing, however far it came.</summary>
public sealed class FatAtomicityTests
{
    private static readonly NodeAttributes Plain = new(0x1A4);

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void Misuse_OfEveryCall_ChangesNothing(int bits)
    {
        FatImage image = FatImage.Of(bits);
        byte[] before = [.. image.Bytes];
        IFileSystem files = image.Edit();
        NodeId file = FatTree.Find(files, FatImage.LongName);
        NodeId directory = FatTree.Find(files, "overlays");

        Should.Throw<IOException>(() => files.CreateFile(files.Root, "cmdline.txt", Plain, "x"u8));
        Should.Throw<IOException>(() => files.CreateDirectory(files.Root, "OVERLAYS", Plain));
        Should.Throw<IOException>(() => files.CreateFile(file, "x", Plain, "x"u8));
        Should.Throw<UnsupportedImageException>(() => files.CreateFile(directory, "x", new NodeAttributes(0x1A4, 1000), "x"u8)).Kind.ShouldBe(UnsupportedKind.Feature);
        Should.Throw<ArgumentException>(() => files.CreateFile(directory, "x", new NodeAttributes(0x1000), []));
        Should.Throw<UnsupportedImageException>(() => files.CreateSymbolicLink(directory, "x", "y"u8)).Kind.ShouldBe(UnsupportedKind.Feature);
        Should.Throw<UnsupportedImageException>(() => files.SetAttribute(file, "user.x", "y"u8)).Kind.ShouldBe(UnsupportedKind.Feature);
        Should.Throw<UnsupportedImageException>(() => files.SetOwner(file, 0, 5)).Kind.ShouldBe(UnsupportedKind.Feature);
        Should.Throw<UnsupportedImageException>(() => files.Link(file, directory, "x")).Message.ShouldContain("hard links");
        Should.Throw<FileNotFoundException>(() => files.Rename(directory, "absent", directory, "x"));
        Should.Throw<IOException>(() => files.Rename(files.Root, "overlays", directory, "x"));
        Should.Throw<IOException>(() => files.Rename(files.Root, "overlays", FatTree.Find(files, "overlays/inner"), "x"));
        Should.Throw<IOException>(() => files.Rename(files.Root, "empty", files.Root, "overlays"));
        Should.Throw<IOException>(() => files.Rename(directory, "inner", files.Root, "empty"));
        Should.Throw<IOException>(() => files.Rename(files.Root, "empty", files.Root, "a:b"));
        files.Rename(files.Root, "EMPTY", files.Root, "empty");
        Should.Throw<FileNotFoundException>(() => files.Unlink(directory, "absent"));
        Should.Throw<FileNotFoundException>(() => files.RemoveDirectory(directory, "absent"));
        Should.Throw<IOException>(() => files.Unlink(files.Root, "overlays"));
        Should.Throw<IOException>(() => files.RemoveDirectory(files.Root, "overlays"));
        Should.Throw<IOException>(() => files.RemoveDirectory(files.Root, "empty"));
        Should.Throw<IOException>(() => files.WriteContent(directory, "x"u8));
        Should.Throw<IOException>(() => files.SetLength(files.Root, 0));
        Should.Throw<IOException>(() => files.ReadLink(file));
        Should.Throw<ArgumentException>(() => files.WriteAt(file, -1, "x"u8));
        Should.Throw<UnsupportedImageException>(() => files.WriteAt(file, uint.MaxValue, "x"u8)).Kind.ShouldBe(UnsupportedKind.Limit);
        Should.Throw<UnsupportedImageException>(() => files.SetLength(file, 1L << 32)).Kind.ShouldBe(UnsupportedKind.Limit);
        Should.Throw<FileNotFoundException>(() => files.SetPermissions(new NodeId(12345), 0));
        files.SetOwner(file, 0, 0);
        files.RemoveAttribute(file, "user.x");
        files.SetPermissions(directory, 0);
        files.Flush();

        image.ShouldStillBe(before);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void NoSpace_InEveryCallThatGrows_ChangesNothing(int bits)
    {
        FatImage image = FatImage.Of(bits);
        IFileSystem files = image.Edit();
        files.CreateFile(files.Root, "full", Plain, new byte[files.Summary.FreeBytes]);
        files.Flush();
        files.Summary.FreeBytes.ShouldBe(0);
        byte[] before = [.. image.Bytes];
        NodeId file = FatTree.Find(files, FatImage.LongName);
        void IsRefused(Action call) => Should.Throw<UnsupportedImageException>(call).Kind.ShouldBe(UnsupportedKind.NoSpace);

        IsRefused(() => files.CreateFile(files.Root, "new", Plain, "x"u8));
        IsRefused(() => files.CreateDirectory(files.Root, "new", Plain));
        IsRefused(() => files.WriteContent(file, new byte[files.Stat(file).Size + (2 * files.Summary.BlockSize)]));
        IsRefused(() => files.WriteAt(file, files.Stat(file).Size + (2 * files.Summary.BlockSize), "x"u8));
        IsRefused(() => files.SetLength(file, files.Stat(file).Size + (2 * files.Summary.BlockSize)));
        files.Flush();
        image.ShouldStillBe(before);

        // What needs no cluster still works, and so does everything once there is room.
        files.CreateFile(files.Root, "no content", Plain, []);
        files.Unlink(files.Root, "FULL");
        files.CreateFile(files.Root, "again", Plain, new byte[2000]);
        files.Flush();
        FatCheck.Verify(image.Device).ShouldBeEmpty();
    }

    [Fact]
    public void FixedRootDirectory_IsFull_IsRefusedAndSubdirectoriesGoOn()
    {
        FatImage image = FatImage.Of(16);
        IFileSystem files = image.Edit();
        UnsupportedImageException? refusal = null;
        for (int i = 0; refusal is null; i++)
        {
            i.ShouldBeLessThan(64);
            try
            {
                files.CreateFile(files.Root, $"FILE{i}", Plain, []);
            }
            catch (UnsupportedImageException error)
            {
                refusal = error;
            }
        }

        refusal.Kind.ShouldBe(UnsupportedKind.NoSpace);
        NodeId directory = FatTree.Find(files, "overlays");
        for (int i = 0; i < 100; i++)
        {
            files.CreateFile(directory, $"some long name {i}", Plain, []);
        }

        files.Flush();
        FatCheck.Verify(image.Device).ShouldBeEmpty();
        files.List(directory).Count().ShouldBe(101);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void DeviceFails_AtAnyWriteOfACall_TheCallIsUndone(int bits)
    {
        (string Name, Action<IFileSystem> Call)[] calls =
        [
            ("create", f => f.CreateFile(FatTree.Find(f, "overlays"), "a new long name", Plain, Enumerable.Repeat((byte)8, 5000).ToArray())),
            ("directory", f => f.CreateDirectory(FatTree.Find(f, "overlays"), "new", Plain)),
            ("content", f => f.WriteContent(FatTree.Find(f, "other.bin"), Enumerable.Repeat((byte)8, 9000).ToArray())),
            ("write", f => f.WriteAt(FatTree.Find(f, "other.bin"), 10_000, Enumerable.Repeat((byte)9, 9000).ToArray())),
            ("length", f => f.SetLength(FatTree.Find(f, "other.bin"), 100)),
            ("unlink", f => f.Unlink(f.Root, FatImage.LongName)),
            ("rename", f => f.Rename(f.Root, FatImage.LongName, FatTree.Find(f, "overlays"), "another long name")),
            ("replace", f => f.Rename(f.Root, FatImage.LongName, f.Root, "other.bin")),
            ("rename directory", f => f.Rename(FatTree.Find(f, "overlays"), "inner", f.Root, "moved")),
        ];
        foreach ((string name, Action<IFileSystem> call) in calls)
        {
            FatImage image = FatImage.Of(bits);
            byte[] before = [.. image.Bytes];
            int failures = 0;
            for (int fail = 1; ; fail++)
            {
                FailingDevice device = new(image.Device, fail);
                IFileSystem files = FatFileSystem.OpenForEditing(device, FatImage.Time);
                long free = files.Summary.FreeBytes;
                try
                {
                    call(files);
                    break;
                }
                catch (IOException error) when (error.Message == FailingDevice.Message)
                {
                    failures++;
                }

                files.Summary.FreeBytes.ShouldBe(free, name);
                files.Flush();
                image.Bytes.AsSpan().SequenceEqual(before).ShouldBeTrue($"{name}, write {fail}");
            }

            failures.ShouldBeGreaterThan(1, name);
            FatCheck.Verify(image.Device).ShouldBeEmpty();
        }
    }

    [Fact]
    public void SameEdits_OfTheSameImage_GiveTheSameBytes()
    {
        byte[] Edited()
        {
            FatImage image = FatImage.Of(16);
            IFileSystem files = image.Edit();
            new RandomFatEdits(files, seed: 9, largestFile: 5000).Run(80);
            files.Flush();
            return image.Bytes;
        }

        Edited().AsSpan().SequenceEqual(Edited()).ShouldBeTrue();
    }
}
