using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>Names that move: records with their long names, and the ".." of directories.</summary>
public sealed class FatRenameTests
{
    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void Rename_KeepsNodeContentAndTimes(int bits)
    {
        FatImage image = FatImage.Of(bits);
        IFileSystem files = FatFileSystem.OpenForEditing(image.Device, new UnixTime(1_800_000_000));
        NodeId file = FatTree.Find(files, FatImage.LongName);
        NodeInfo before = files.Stat(file);
        NodeId overlays = FatTree.Find(files, "overlays");

        files.Rename(files.Root, FatImage.LongName, overlays, "SHORT.TXT");
        files.Rename(overlays, "short.txt", overlays, "a long name again");
        files.Rename(overlays, "a long name again", files.Root, "other.bin");
        FatTree.Find(files, "other.bin").ShouldBe(file);
        files.Stat(file).ShouldBe(before);
        byte[] content = new byte[before.Size];
        files.Read(file, 0, content).ShouldBe(content.Length);
        content.ShouldAllBe(value => value == 7);
        files.List(overlays).Count().ShouldBe(1);
        files.Stat(overlays).Modified.Seconds.ShouldBe(1_800_000_000);
        ShouldBeSound(files, image);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void Rename_ToAnotherCase_IsShown(int bits)
    {
        FatImage image = FatImage.Of(bits);
        IFileSystem files = image.Edit();
        NodeId node = FatTree.Find(files, "cmdline.txt");

        files.Rename(files.Root, "cmdline.txt", files.Root, "CmdLine.txt");
        files.List(files.Root).Single(entry => entry.Node == node).Name.ToString().ShouldBe("CmdLine.txt");
        files.Rename(files.Root, "cmdline.txt", files.Root, "cmdline.txt");
        files.List(files.Root).Single(entry => entry.Node == node).Name.ToString().ShouldBe("cmdline.txt");
        ShouldBeSound(files, image);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void Rename_OfADirectory_TakesItsParentAlong(int bits)
    {
        FatImage image = FatImage.Of(bits);
        IFileSystem files = image.Edit();
        NodeId overlays = FatTree.Find(files, "overlays");
        NodeId inner = FatTree.Find(files, "overlays/inner");
        NodeId deep = FatTree.Find(files, "overlays/inner/deep file.dtbo");
        NodeId empty = files.CreateDirectory(overlays, "empty", new NodeAttributes(0x1ED));

        // Up to the root, whose number is 0 in "..", down again, and in the place of an empty one. fsck.fat and FatCheck compare every "..".
        files.Rename(overlays, "inner", files.Root, "a directory with a long name");
        ShouldBeSound(files, image);
        files.Rename(files.Root, "a directory with a long name", empty, "down");
        ShouldBeSound(files, image);
        files.Rename(empty, "down", files.Root, "up");
        files.Rename(files.Root, "up", overlays, "empty");
        ShouldBeSound(files, image);

        FatTree.Find(files, "overlays/empty").ShouldBe(inner);
        FatTree.Find(files, "overlays/empty/deep file.dtbo").ShouldBe(deep);
        Should.Throw<FileNotFoundException>(() => files.Stat(empty));
    }

    private static void ShouldBeSound(IFileSystem files, FatImage image)
    {
        files.Flush();
        FatCheck.Verify(image.Device).ShouldBeEmpty();
        using ScratchFolder scratch = new();
        FsckFat.ShouldBeSilent(image.Save(scratch));
    }
}
