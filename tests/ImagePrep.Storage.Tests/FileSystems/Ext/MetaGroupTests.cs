using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>meta_bg: blocks of the descriptor table that lie in the groups they describe.</summary>
public sealed class MetaGroupTests
{
    [Fact]
    public void Descriptors_LieWhereDumpe2fsSaysTheyDo()
    {
        OutsideTool.Require("mke2fs", "dumpe2fs");
        using ScratchFolder scratch = new();
        string path = Flavour.Of("ext4-metabg").Make(scratch);
        using FileDevice device = new(path);
        Volume volume = Volume.Open(device);
        string dump = OutsideTool.Run("dumpe2fs", path).EnsureSuccess("dumpe2fs").Output;

        volume.Groups.Count.ShouldBe(40u);
        for (uint group = 0; group < volume.Groups.Count; group++)
        {
            string section = dump[dump.IndexOf($"Group {group}:", StringComparison.Ordinal)..];
            section = section[..Math.Max(section.IndexOf("Group", 6, StringComparison.Ordinal), section.IndexOf("free blocks", StringComparison.Ordinal))];
            bool hasTable = section.Contains("Group descriptor at", StringComparison.Ordinal);
            bool hasSuperblock = section.Contains("superblock at", StringComparison.Ordinal);
            volume.Groups.BackupBlocks(group).ShouldBe((hasTable ? 1u : 0) + (hasSuperblock ? 1u : 0), $"group {group}");
        }

        (volume.Groups.Location(0), volume.Groups.Location(16) / 1024).ShouldBe((2048, 1 + (16 * 1024)));
    }

    /// <summary>As after growth beyond the room of the old table: its first block stays behind the superblocks, the others are in their groups.</summary>
    [Fact]
    public void Image_WithTablesOfBothKinds_IsReadEditedAndGivenBack()
    {
        OutsideTool.Require("mke2fs", "e2fsck", "debugfs");
        using ScratchFolder scratch = new();
        string path = (Flavour.Of("ext4-metabg") with { Size = "80M" }).Make(scratch);
        OutsideTool.Run("debugfs", "-w", "-R", "ssv first_meta_bg 1", path).EnsureSuccess("debugfs");
        OutsideTool.Run("e2fsck", "-fy", path).ExitCode.ShouldBe(1, "it counts the blocks again");
        E2fsck.ShouldBeSilent(path);
        using FileDevice device = new(path);
        Superblock superblock = Volume.Open(device).Superblock;
        (superblock.FirstMetaBlock, superblock.DescriptorBlocks).ShouldBe((1u, 5u));
        ExtCheck.Verify(device).ShouldBeEmpty();
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000, 5));
        RandomEdits edits = new(files, seed: 8);
        edits.Run(100);

        // Most groups are used: descriptors of every place change.
        files.CreateFile(files.Root, "large", new NodeAttributes(0x1A4), new byte[60 << 20]);
        files.Flush();
        E2fsck.ShouldBeSilent(path);
        ExtCheck.Verify(device).ShouldBeEmpty();
        string expected = TreeListing.Of(ExtFileSystem.OpenForReading(device));
        using (KernelMount mount = new(path))
        {
            TreeListing.OfFolder(mount.Folder).ShouldBe(expected);
            File.Delete(mount.File("large"));
        }

        E2fsck.ShouldBeSilent(path);
        ExtCheck.Verify(device).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(4)]
    [InlineData(255)]
    public void Open_FirstMetaBlockBeyondTheTable_IsCorrupt(byte value)
    {
        byte[] image = Image();
        Mutator.PatchSuperblock(image, Superblock.Offsets.FirstMetaGroup, value);

        CorruptImageException error = Should.Throw<CorruptImageException>(() => ExtFileSystem.OpenForReading(new MemoryDevice(image)));

        error.Kind.ShouldBe(CorruptKind.OutOfRange);
        error.Message.ShouldContain("s_first_meta_bg");
    }

    [Fact]
    public void Open_TableIsElsewhere_IsCorrupt()
    {
        byte[] image = Image();
        Mutator.PatchSuperblock(image, Superblock.Offsets.FirstMetaGroup, 2);

        Should.Throw<CorruptImageException>(() => ExtFileSystem.OpenForReading(new MemoryDevice(image))).Message.ShouldContain("ext group descriptor");
    }

    [Fact]
    public void Open_TableBlockBehindTheEnd_IsTruncated()
    {
        // Without sparse_super every group starts with a superblock; of group 16 only that is left.
        byte[] image = Image();
        const uint blocks = 1 + (16 * 1024) + 1;
        uint perGroup = Mutator.Read32(image, 1024 + Superblock.Offsets.InodesPerGroup);
        Mutator.PatchSuperblock(image, Superblock.Offsets.BlocksCountLow, BitConverter.GetBytes(blocks));
        Mutator.PatchSuperblock(image, Superblock.Offsets.InodesCount, BitConverter.GetBytes(17 * perGroup));
        byte features = image[1024 + Superblock.Offsets.FeatureReadOnlyCompat];
        Mutator.PatchSuperblock(image, Superblock.Offsets.FeatureReadOnlyCompat, (byte)(features & 0xFE));

        CorruptImageException error = Should.Throw<CorruptImageException>(() => ExtFileSystem.OpenForReading(new MemoryDevice(image)));

        error.Kind.ShouldBe(CorruptKind.Truncated);
        error.Message.ShouldContain("ext group descriptors");
    }

    private static byte[] Image()
    {
        OutsideTool.Require("mke2fs");
        using ScratchFolder scratch = new();
        return File.ReadAllBytes(Flavour.Of("ext4-metabg").Make(scratch));
    }
}
