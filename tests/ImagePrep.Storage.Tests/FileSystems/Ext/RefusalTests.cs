using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>What is not opened, and what the message says.</summary>
public sealed class RefusalTests
{
    private static readonly (string Name, int Offset, byte[] Value, CorruptKind Kind)[] CorruptFields =
    [
        ("s_magic", Superblock.Offsets.Magic, [0x54], CorruptKind.BadMagic),
        ("s_log_block_size", Superblock.Offsets.LogBlockSize, [7], CorruptKind.OutOfRange),
        ("s_log_block_size", Superblock.Offsets.LogBlockSize, [0xFF, 0xFF, 0xFF, 0xFF], CorruptKind.OutOfRange),
        ("s_log_cluster_size", Superblock.Offsets.LogClusterSize, [9], CorruptKind.OutOfRange),
        ("s_inode_size", Superblock.Offsets.InodeSize, [0, 0], CorruptKind.OutOfRange),
        ("s_inode_size", Superblock.Offsets.InodeSize, [0, 0x80], CorruptKind.OutOfRange),
        ("s_inode_size", Superblock.Offsets.InodeSize, [200, 0], CorruptKind.OutOfRange),
        ("s_desc_size", Superblock.Offsets.DescriptorSize, [0, 0], CorruptKind.OutOfRange),
        ("s_desc_size", Superblock.Offsets.DescriptorSize, [32, 0], CorruptKind.OutOfRange),
        ("s_desc_size", Superblock.Offsets.DescriptorSize, [0, 0x80], CorruptKind.OutOfRange),
        ("s_blocks_per_group", Superblock.Offsets.BlocksPerGroup, [0, 0, 0, 0], CorruptKind.OutOfRange),
        ("s_blocks_per_group", Superblock.Offsets.BlocksPerGroup, [1, 0x20, 0, 0], CorruptKind.OutOfRange),
        ("s_inodes_per_group", Superblock.Offsets.InodesPerGroup, [0, 0, 0, 0], CorruptKind.OutOfRange),
        ("s_inodes_per_group", Superblock.Offsets.InodesPerGroup, [0, 0, 0, 1], CorruptKind.OutOfRange),
        ("s_first_data_block", Superblock.Offsets.FirstDataBlock, [0], CorruptKind.OutOfRange),
        ("s_blocks_count", Superblock.Offsets.BlocksCountLow, [0, 0, 0, 0], CorruptKind.OutOfRange),
        ("ext file system", Superblock.Offsets.BlocksCountHigh, [1], CorruptKind.Truncated),
        ("s_blocks_count", Superblock.Offsets.BlocksCountHigh, [0xFF, 0xFF, 0xFF, 0xFF], CorruptKind.OutOfRange),
        ("s_inodes_count", Superblock.Offsets.InodesCount, [1, 0, 0, 0], CorruptKind.OutOfRange),
        ("s_first_ino", Superblock.Offsets.FirstInode, [3], CorruptKind.OutOfRange),
        ("s_reserved_gdt_blocks", Superblock.Offsets.ReservedDescriptorBlocks, [0xFF, 0xFF], CorruptKind.OutOfRange),
        ("uninit_bg", Superblock.Offsets.FeatureReadOnlyCompat, [0x7B], CorruptKind.Inconsistent),
        ("meta_bg and resize_inode", Superblock.Offsets.FeatureIncompat, [0xD2], CorruptKind.Inconsistent),
    ];

    private static readonly (string Name, int Offset, uint Bits, UnsupportedKind Kind)[] UnreadableFeatures =
    [
        ("external journal", Superblock.Offsets.FeatureIncompat, 0x8, UnsupportedKind.Feature),
        ("compression", Superblock.Offsets.FeatureIncompat, 0x1, UnsupportedKind.Feature),
        ("dirdata", Superblock.Offsets.FeatureIncompat, 0x1000, UnsupportedKind.Feature),
        ("FEATURE_I31", Superblock.Offsets.FeatureIncompat, 0x8000_0000, UnsupportedKind.UnknownFeature),
        ("bigalloc", Superblock.Offsets.FeatureReadOnlyCompat, 0x200, UnsupportedKind.Feature),
    ];

    private static readonly (string Name, int Offset, uint Bits, UnsupportedKind Kind)[] UnwritableFeatures =
    [
        ("encrypt", Superblock.Offsets.FeatureIncompat, 0x10000, UnsupportedKind.Feature),
        ("casefold", Superblock.Offsets.FeatureIncompat, 0x20000, UnsupportedKind.Feature),
        ("quota", Superblock.Offsets.FeatureReadOnlyCompat, 0x100, UnsupportedKind.Feature),
        ("project", Superblock.Offsets.FeatureReadOnlyCompat, 0x2000, UnsupportedKind.Feature),
        ("shared_blocks", Superblock.Offsets.FeatureReadOnlyCompat, 0x4000, UnsupportedKind.Feature),
        ("read-only", Superblock.Offsets.FeatureReadOnlyCompat, 0x1000, UnsupportedKind.Feature),
        ("FEATURE_R31", Superblock.Offsets.FeatureReadOnlyCompat, 0x8000_0000, UnsupportedKind.UnknownFeature),
        ("FEATURE_C31", Superblock.Offsets.FeatureCompat, 0x8000_0000, UnsupportedKind.UnknownFeature),
    ];

    public static TheoryData<int> CorruptCases => [.. Enumerable.Range(0, CorruptFields.Length)];

    public static TheoryData<int> UnreadableCases => [.. Enumerable.Range(0, UnreadableFeatures.Length)];

    public static TheoryData<int> UnwritableCases => [.. Enumerable.Range(0, UnwritableFeatures.Length)];

    [Theory]
    [MemberData(nameof(CorruptCases))]
    public void Open_SuperblockFieldIsWrong_NamesIt(int index)
    {
        (string name, int offset, byte[] value, CorruptKind kind) = CorruptFields[index];
        byte[] image = Image();
        Mutator.PatchSuperblock(image, offset, value);

        CorruptImageException error = Should.Throw<CorruptImageException>(() => ExtFileSystem.OpenForReading(new MemoryDevice(image)));

        error.Kind.ShouldBe(kind);
        error.Message.ShouldContain(name);
    }

    [Theory]
    [MemberData(nameof(UnreadableCases))]
    public void OpenForReading_FeatureIsNotHandled_NamesIt(int index)
    {
        (string name, int offset, uint bits, UnsupportedKind kind) = UnreadableFeatures[index];
        byte[] image = WithFeature(offset, bits);

        UnsupportedImageException error = Should.Throw<UnsupportedImageException>(() => ExtFileSystem.OpenForReading(new MemoryDevice(image)));

        error.Kind.ShouldBe(kind);
        error.Message.ShouldContain(name);
    }

    [Theory]
    [MemberData(nameof(UnwritableCases))]
    public void OpenForEditing_FeatureIsNotHandled_NamesItButReadingWorks(int index)
    {
        (string name, int offset, uint bits, UnsupportedKind kind) = UnwritableFeatures[index];
        byte[] image = WithFeature(offset, bits);

        UnsupportedImageException error = Should.Throw<UnsupportedImageException>(() => Edit(image));

        error.Kind.ShouldBe(kind);
        error.Message.ShouldContain(name);
        IFileSystemReader files = ExtFileSystem.OpenForReading(new MemoryDevice(image));
        files.List(files.Root).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(uint.MaxValue)]
    public void OpenForEditing_OrphanThatIsNone_IsCorrupt(uint inode)
    {
        byte[] image = Image();
        byte[] value = new byte[sizeof(uint)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(value, inode);
        Mutator.PatchSuperblock(image, Superblock.Offsets.LastOrphan, value);

        Should.Throw<CorruptImageException>(() => Edit(image)).Message.ShouldContain("orphan list");
    }

    [Fact]
    public void OpenForEditing_NeedsRecoveryWithAnEmptyJournal_ClearsTheFlag()
    {
        MemoryDevice device = new(WithFeature(Superblock.Offsets.FeatureIncompat, 0x4));

        ExtFileSystem.OpenForEditing(device, new UnixTime(1), out ExtRecovery recovery);

        recovery.ShouldBe(ExtRecovery.None);
        ExtCheck.Verify(device).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Superblock.Offsets.State, 0, "cleanly")]
    [InlineData(Superblock.Offsets.State, 3, "errors")]
    public void OpenForEditing_NeedsRepair_SaysWhatToDo(int offset, byte value, string word)
    {
        byte[] image = Image();
        Mutator.PatchSuperblock(image, offset, value);

        UnsupportedImageException error = Should.Throw<UnsupportedImageException>(() => Edit(image));

        error.Kind.ShouldBe(UnsupportedKind.NeedsRepair);
        error.Message.ShouldContain(word);
        error.Message.ShouldContain("e2fsck");
    }

    [Fact]
    public void OpenForEditing_JournalOnAnotherDevice_IsRefused()
    {
        byte[] image = Image();
        Mutator.PatchSuperblock(image, Superblock.Offsets.JournalUuid, 1, 2, 3);
        Should.Throw<UnsupportedImageException>(() => Edit(image)).Message.ShouldContain("another device");
    }

    [Fact]
    public void OpenForEditing_MmpSaysMounted_IsRefused()
    {
        OutsideTool.Require("mke2fs");
        using ScratchFolder scratch = new();
        byte[] image = File.ReadAllBytes(new Flavour("mmp", "8M", "-t", "ext4", "-O", "mmp").Make(scratch));
        Edit([.. image]);
        uint block = Mutator.Read32(image, 1024 + Superblock.Offsets.MmpBlock);
        image[(block * 1024) + 4] = 1;

        Should.Throw<UnsupportedImageException>(() => Edit(image)).Kind.ShouldBe(UnsupportedKind.InUse);
    }

    [Fact]
    public void Open_ChecksumOfSuperblockOrDescriptorIsWrong_IsCorrupt()
    {
        byte[] image = Image();
        image[1024 + Superblock.Offsets.VolumeName] ^= 1;
        Should.Throw<CorruptImageException>(() => ExtFileSystem.OpenForReading(new MemoryDevice(image))).Kind.ShouldBe(CorruptKind.BadChecksum);

        image = Image();
        image[2048 + GroupDescriptor.Offsets.FreeBlocksLow] ^= 1;
        Should.Throw<CorruptImageException>(() => ExtFileSystem.OpenForReading(new MemoryDevice(image))).Message.ShouldContain("bg_checksum");
    }

    [Fact]
    public void Open_CutOff_IsTruncated()
    {
        byte[] image = Image();
        foreach (int length in new[] { 0, 1023, 1500, 4096, image.Length - 1 })
        {
            Should.Throw<CorruptImageException>(() => ExtFileSystem.OpenForReading(new MemoryDevice(image[..length]))).Kind.ShouldBe(CorruptKind.Truncated);
        }
    }

    [Theory]
    [InlineData(0x10u, "immutable")]
    [InlineData(0x20u, "append-only")]
    [InlineData(0x10_0000u, "fs-verity")]
    public void Edit_InodeIsProtected_IsRefused(uint flag, string word)
    {
        byte[] image = Image();
        new Mutator(image).PatchInode("/large", inode => inode.Flags |= (InodeFlags)flag);
        IFileSystem files = Edit(image);
        NodeId node = ModelTree.Find(files, "/large");

        Should.Throw<UnsupportedImageException>(() => files.WriteContent(node, "x"u8)).Message.ShouldContain(word);
        Should.Throw<UnsupportedImageException>(() => files.SetPermissions(node, 0)).Message.ShouldContain(word);
        Should.Throw<UnsupportedImageException>(() => files.Unlink(files.Root, "large")).Message.ShouldContain(word);
    }

    private static byte[] Image()
    {
        OutsideTool.Require("mke2fs");
        return [.. ExtCheckTests.Golden.Value];
    }

    private static byte[] WithFeature(int offset, uint bits)
    {
        byte[] image = Image();
        Mutator.PatchSuperblock(image, offset, BitConverter.GetBytes(Mutator.Read32(image, 1024 + offset) | bits));
        return image;
    }

    private static IFileSystem Edit(byte[] image) => ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1));
}
