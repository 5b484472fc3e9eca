using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>An attribute block that holds no entries is sound, for e2fsck too. Found by fuzzing: deleting its owner left it marked in use.</summary>
public sealed class EmptyAttributeBlockTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Edit_AttributeBlockIsEmpty_GivesItBack(bool unlink)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = new Flavour("empty-attributes", "4M", "-t", "ext2", "-b", "1024", "-I", "128").Make(scratch);
        byte[] image = File.ReadAllBytes(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));
        long free = files.Summary.FreeBytes;
        NodeId file = files.CreateFile(files.Root, "file", new NodeAttributes(0x1A4), []);
        files.SetAttribute(file, "user.a", "value"u8);
        files.Flush();
        Volume volume = Volume.Open(new MemoryDevice(image));
        int block = (int)volume.ReadInode(file.Value).AttributeBlock * volume.BlockSize;
        image.AsSpan(block + 12, sizeof(uint)).Clear();
        image.AsSpan(block + 32, volume.BlockSize - 32).Clear();
        File.WriteAllBytes(path, image);
        E2fsck.ShouldBeSilent(path);

        if (unlink)
        {
            files.Unlink(files.Root, "file");
        }
        else
        {
            files.SetAttribute(file, "user.a", "value"u8);
            files.RemoveAttribute(file, "user.a");
        }

        files.Flush();
        files.Summary.FreeBytes.ShouldBe(free);
        ExtCheck.Verify(new MemoryDevice(image)).ShouldBeEmpty();
        File.WriteAllBytes(path, image);
        E2fsck.ShouldBeSilent(path);
    }
}
