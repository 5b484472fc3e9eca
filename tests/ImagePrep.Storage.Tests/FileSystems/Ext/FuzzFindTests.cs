using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.FileSystems.Ext.Checksums;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Inputs that fuzzing found, reduced to what matters in them.</summary>
public sealed class FuzzFindTests
{
    /// <summary>Sound to e2fsck: a block of attributes with none in it. It was left behind, in use by nothing.</summary>
    [Fact]
    public void Unlink_AttributeBlockWithoutEntries_FreesIt()
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = (Flavour.Of("ext4-1k") with { Size = "12M" }).Make(scratch);
        byte[] image = File.ReadAllBytes(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));
        NodeId file = files.CreateFile(files.Root, "file", new NodeAttributes(0x1A4), "x"u8);
        files.SetAttribute(file, "user.large", new byte[400]);
        files.Flush();
        EmptyAttributeBlock(image, file.Value);
        File.WriteAllBytes(path, image);
        E2fsck.ShouldBeSilent(path);

        files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));
        files.Unlink(files.Root, "file");
        files.Flush();

        ExtCheck.Verify(new MemoryDevice(image)).ShouldBeEmpty();
        File.WriteAllBytes(path, image);
        E2fsck.ShouldBeSilent(path);
    }

    /// <summary>Sound to e2fsck: an indexed directory that once had more subdirectories than it can count says 1, and keeps it when the last one goes.</summary>
    [Fact]
    public void RemoveDirectory_LastOfAParentThatStoppedCounting_StaysSound()
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = (Flavour.Of("ext4-1k") with { Size = "12M" }).Make(scratch);
        byte[] image = File.ReadAllBytes(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));
        NodeId parent = files.CreateDirectory(files.Root, "parent", new NodeAttributes(0x1ED));
        for (int i = 0; i < 12; i++)
        {
            files.CreateFile(parent, $"{i:D2}".PadRight(200, 'n'), new NodeAttributes(0x1A4), []);
        }

        files.CreateDirectory(parent, "last", new NodeAttributes(0x1ED));
        files.Flush();
        new Mutator(image).PatchInode(parent.Value, inode => inode.Links = 1);
        ExtCheck.Verify(new MemoryDevice(image)).ShouldBeEmpty();

        files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));
        files.RemoveDirectory(parent, "last");
        files.Flush();

        ExtCheck.Verify(new MemoryDevice(image)).ShouldBeEmpty();
        File.WriteAllBytes(path, image);
        E2fsck.ShouldBeSilent(path);
    }

    private static void EmptyAttributeBlock(byte[] image, uint inode)
    {
        const int checksum = 16;
        Volume volume = Volume.Open(new MemoryDevice(image));
        long block = volume.ReadInode(inode).AttributeBlock;
        Span<byte> bytes = image.AsSpan((int)block * volume.BlockSize, volume.BlockSize);
        bytes[12..].Clear();
        uint crc = Crc32C.Compute(Crc32C.Compute(volume.ChecksumSeed, (ulong)block), bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[checksum..], crc);
    }
}
