using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Deep maps, scattered free space and nearly full file systems.</summary>
public sealed class FragmentationTests
{
    private const int Pieces = 400;

    [Theory]
    [InlineData("ext4-1k")]
    [InlineData("ext2-128")]
    public void Files_GrownInTurns_GetDeepMapsThatShrinkAgain(string flavour)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch);
        using FileDevice device = new(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
        NodeId first = files.CreateFile(files.Root, "first", new NodeAttributes(0x1A4), []);
        NodeId second = files.CreateFile(files.Root, "second", new NodeAttributes(0x1A4), []);
        byte[] expected = new byte[Pieces * 1024];
        new Random(5).NextBytes(expected);
        for (int i = 0; i < Pieces; i++)
        {
            files.WriteAt(first, i * 1024, expected.AsSpan(i * 1024, 1024));
            files.WriteAt(second, i * 1024, new byte[1024]);
        }

        files.Flush();
        files.ContentRanges(first).Count.ShouldBeGreaterThan(Pieces / 2);
        E2fsck.ShouldBeSilent(path);

        // The scattered holes that the second leaves are filled by a file that finds no long run.
        files.Unlink(files.Root, "second");
        byte[] filler = new byte[files.Summary.FreeBytes - (300 * 1024)];
        new Random(6).NextBytes(filler);
        NodeId third = files.CreateFile(files.Root, "third", new NodeAttributes(0x1A4), filler);
        files.Flush();
        E2fsck.ShouldBeSilent(path);
        ExtCheck.Verify(device).ShouldBeEmpty();
        Content(files, first).SequenceEqual(expected).ShouldBeTrue();
        Content(files, third).SequenceEqual(filler).ShouldBeTrue();

        for (int length = expected.Length; length > 0; length -= 77_123)
        {
            files.SetLength(first, length);
            files.Flush();
            E2fsck.ShouldBeSilent(path);
            Content(files, first).AsSpan().SequenceEqual(expected.AsSpan(0, length)).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("ext4-noextent")]
    [InlineData("ext4-1k")]
    [InlineData("ext3-4k-256")]
    public void File_WithHolesAtEveryLevelOfTheMap_ReadsBack(string flavour)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch);
        using FileDevice device = new(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
        NodeId file = files.CreateFile(files.Root, "holes", new NodeAttributes(0x1A4), []);

        // Direct, single, double and triple indirect: from block 12, 268 and 65,804 on with 1 KiB blocks.
        int size = files.Summary.BlockSize;
        long perBlock = size / 4;
        long single = 12;
        long twice = single + perBlock;
        long thrice = twice + (perBlock * perBlock);
        long[] blocks = [3, single - 1, single, single + 188, twice - 1, twice, twice + 332, thrice - 1, thrice, thrice + 4196, thrice * 6];
        foreach (long block in blocks.Reverse())
        {
            files.WriteAt(file, (block * size) + 7, BitConverter.GetBytes(block));
        }

        files.Flush();
        E2fsck.ShouldBeSilent(path);
        ExtCheck.Verify(device).ShouldBeEmpty();
        IFileSystemReader reader = ExtFileSystem.OpenForReading(device);
        byte[] around = new byte[1024];
        foreach (long block in blocks)
        {
            reader.Read(file, block * size, around).ShouldBeGreaterThan(14);
            BitConverter.ToInt64(around, 7).ShouldBe(block);
            around.AsSpan(0, 7).ContainsAnyExcept((byte)0).ShouldBeFalse();
        }

        files.SetLength(file, thrice * size);
        files.SetLength(file, (twice + 32) * size);
        files.Flush();
        E2fsck.ShouldBeSilent(path);
        files.Unlink(files.Root, "holes");
        files.Flush();
        E2fsck.ShouldBeSilent(path);
        files.Summary.FreeBytes.ShouldBe(FreshFreeBytes(flavour));
    }

    [Theory]
    [InlineData("ext4-1k", 11)]
    [InlineData("ext4-alpine", 12)]
    [InlineData("ext3", 13)]
    [InlineData("ext4-uninit_bg", 14)]
    public void RandomEdits_OfASmallFullFileSystem_StaySound(string flavour, int seed)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = (Flavour.Of(flavour) with { Size = "8M" }).Make(scratch);
        using FileDevice device = new(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
        RandomEdits edits = new(files, seed, largestFile: 900_000);
        edits.Run(200);
        files.Flush();

        edits.Refused.ShouldBeGreaterThan(0);
        E2fsck.ShouldBeSilent(path);
        edits.Model.ShouldEqual(ExtFileSystem.OpenForReading(device));
    }

    private static byte[] Content(IFileSystemReader files, NodeId node)
    {
        byte[] content = new byte[files.Stat(node).Size];
        files.Read(node, 0, content).ShouldBe(content.Length);
        return content;
    }

    private static long FreshFreeBytes(string flavour)
    {
        using ScratchFolder scratch = new();
        using FileDevice device = new(Flavour.Of(flavour).Make(scratch));
        return ExtFileSystem.OpenForReading(device).Summary.FreeBytes;
    }
}
