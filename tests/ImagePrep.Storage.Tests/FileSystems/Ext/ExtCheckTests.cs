using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Damage of one field at a time: e2fsck complains, and so does our check.</summary>
public sealed class ExtCheckTests
{
    private const string DirectoryPath = "/etc/deep";

    private static readonly Dictionary<string, Action<Mutator>> Mutations = new(StringComparer.Ordinal)
    {
        ["superblock free blocks"] = m => m.PatchSuperblock(Superblock.Offsets.FreeBlocksLow, [77, 0, 0, 0]),
        ["superblock free inodes"] = m => m.PatchSuperblock(Superblock.Offsets.FreeInodes, [77, 0, 0, 0]),
        ["superblock checksum"] = m => m.Flip(1024 + Superblock.Offsets.Checksum),
        ["descriptor checksum"] = m => m.Flip(2048 + GroupDescriptor.Offsets.Checksum),
        ["descriptor free blocks"] = m => m.PatchDescriptor(0, d => d.FreeBlocks--),
        ["descriptor free inodes"] = m => m.PatchDescriptor(0, d => d.FreeInodes--),
        ["descriptor used directories"] = m => m.PatchDescriptor(0, d => d.UsedDirectories++),
        ["descriptor unused inodes"] = m => m.PatchDescriptor(0, d => d.UnusedInodes += 20),
        ["descriptor block bitmap place"] = m => m.PatchDescriptor(1, d => BinaryPrimitives.WriteUInt32LittleEndian(d.Raw, 0x7FFF_FFFF)),
        ["block bitmap: used block marked free"] = m => m.FlipBlockBit(0, (uint)m.FirstBlockOf("/large") - 1),
        ["block bitmap: free block marked used"] = m => m.FlipBlockBit(2, m.Volume.Bitmaps.Blocks(2).NextClear(0)),
        ["block bitmap: padding"] = m => m.FlipBlockBit(m.Volume.Groups.Count - 1, m.Volume.Groups.BlocksIn(m.Volume.Groups.Count - 1)),
        ["block bitmap checksum"] = m => m.PatchDescriptor(0, d => d.BlockBitmapChecksum ^= 1),
        ["inode bitmap: used inode marked free"] = m => m.FlipInodeBit(0, m.Find("/large") - 1),
        ["inode bitmap: free inode marked used"] = m => m.FlipInodeBit(0, m.Volume.Bitmaps.Inodes(0).NextClear(0)),
        ["inode bitmap checksum"] = m => m.PatchDescriptor(0, d => d.InodeBitmapChecksum ^= 1),
        ["inode checksum"] = m => m.PatchInode("/large", i => i.UserId = 5, checksum: false),
        ["inode links"] = m => m.PatchInode("/large", i => i.Links++),
        ["inode deletion time"] = m => m.PatchInode("/large", i => i.DeletionTime = 1_600_000_000),
        ["inode blocks"] = m => m.PatchInode("/large", i => i.StoredBlocks += 2),
        ["inode size before the last block"] = m => m.PatchInode("/large", i => i.Size = 5000),
        ["inode size of a directory"] = m => m.PatchInode(DirectoryPath, i => i.Size = 5120),
        ["inode type"] = m => m.PatchInode("/large", i => i.Mode = 0x3000),
        ["inode extra size"] = m => m.PatchInode("/large", i => i.ExtraSize = 33),
        ["inode generation of a directory"] = m => m.PatchInode(DirectoryPath, i => i.Generation ^= 0xFF),
        ["inode without extents flag"] = m => m.PatchInode("/large", i => i.Flags &= ~InodeFlags.Extents),
        ["inode deleted without a time"] = m => m.PatchInode("/large", i => i.Links = 0),
        ["extent magic"] = m => m.PatchInode("/large", i => i.BlockArea[0] ^= 1),
        ["extent entries"] = m => m.PatchInode("/large", i => i.BlockArea[2] = 9),
        ["extent depth"] = m => m.PatchInode("/large", i => i.BlockArea[6] ^= 1),
        ["extent beyond the end"] = m => m.PatchInode("/etc/short-extent", i => i.BlockArea[23] = 0x7F),
        ["extent of another file"] = m => m.PatchInode("/etc/short-extent", i =>
            BinaryPrimitives.WriteUInt32LittleEndian(i.BlockArea[20..], (uint)m.FirstBlockOf("/etc/second-extent"))),
        ["extent in metadata"] = m => m.PatchInode("/etc/short-extent", i =>
            BinaryPrimitives.WriteUInt32LittleEndian(i.BlockArea[20..], (uint)m.Volume.Groups[0].InodeTable)),
        ["extent node checksum"] = m => m.Flip((m.Volume.BlockSize * ChildOf(m, "/sparse")) + 60),
        ["extent node magic"] = m => m.Flip(m.Volume.BlockSize * ChildOf(m, "/sparse")),
        ["symbolic link size"] = m => m.PatchInode("/etc/exactly-59", i => i.Size = 58),
        ["directory checksum"] = m => m.Flip((m.Volume.BlockSize * m.FirstBlockOf(DirectoryPath)) + 500),
        ["directory entry to an inode not in use"] = m => m.PatchDirectory(DirectoryPath, b => b[24] = 0xF0),
        ["directory entry of another type"] = m => m.PatchDirectory(DirectoryPath, b => b[31] = 1),
        ["directory record length"] = m => m.PatchDirectory(DirectoryPath, b => b[28] = 9),
        ["directory '..'"] = m => m.PatchDirectory(DirectoryPath, b => b[12] = 2),
        ["directory '.'"] = m => m.PatchDirectory(DirectoryPath, b => b[0] ^= 1),
        ["attribute block checksum"] = m => m.Flip((m.Volume.BlockSize * AttributeBlockOf(m)) + 12),
        ["attribute block references"] = m => PatchAttributes(m, b => b[4] = 3),
        ["attribute hash"] = m => PatchAttributes(m, b => b[44] ^= 1),
        ["attribute magic"] = m => PatchAttributes(m, b => b[0] ^= 1),
        ["attribute value offset"] = m => PatchAttributes(m, b => b[35] = 0xFF),
        ["journal superblock magic"] = m => m.Flip(m.Volume.BlockSize * JournalBlock(m)),
        ["journal not empty"] = m => m.Image[(m.Volume.BlockSize * JournalBlock(m)) + 0x1F] = 1,
        ["journal inode type"] = m => m.PatchInode(8, i => i.Mode = 0x41FF),
        ["resize inode table"] = m => m.Flip((m.Volume.BlockSize * ResizeTable(m)) + (4 * m.Volume.Superblock.DescriptorBlocks)),
    };

    public static TheoryData<string> Names => [.. Mutations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Verify_OneFieldWrong_IsFoundAsByE2fsck(string mutation)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        byte[] image = [.. Golden.Value];
        Mutations[mutation](new Mutator(image));

        using ScratchFolder scratch = new();
        string path = scratch.File("mutated.img");
        File.WriteAllBytes(path, image);
        E2fsck.Complaints(path).ShouldNotBeEmpty($"{mutation}: not even e2fsck sees it, so this is no mutation");
        ExtCheck.Verify(new MemoryDevice(image)).ShouldNotBeEmpty();
    }

    [Fact]
    public void Verify_SoundImage_FindsNothing()
    {
        OutsideTool.Require("mke2fs");
        ExtCheck.Verify(new MemoryDevice(Golden.Value)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Superblock.Offsets.State, 0, "unmounted")]
    [InlineData(Superblock.Offsets.State, 3, "errors")]
    [InlineData(Superblock.Offsets.LastOrphan, 15, "orphan")]
    public void Verify_NotClean_IsAProblem(int offset, byte value, string word)
    {
        OutsideTool.Require("mke2fs");
        byte[] image = [.. Golden.Value];
        Mutator.PatchSuperblock(image, offset, value);
        ExtCheck.Verify(new MemoryDevice(image)).ShouldHaveSingleItem().ShouldContain(word);
    }

    [Fact]
    public void Verify_NoSuperblock_IsAProblem() =>
        ExtCheck.Verify(new MemoryDevice(new byte[1 << 20])).ShouldHaveSingleItem().ShouldContain("s_magic");

    [Fact]
    public void Verify_Noise_ListsALimitedNumberOfProblems()
    {
        OutsideTool.Require("mke2fs");
        byte[] image = [.. Golden.Value];
        Mutator mutator = new(image);
        long table = mutator.Volume.Groups[0].InodeTable * mutator.Volume.BlockSize;
        new Random(3).NextBytes(image.AsSpan((int)table + 3000, 90_000));

        ExtCheck.Verify(new MemoryDevice(image)).Count.ShouldBeInRange(10, 101);
    }

    internal static Lazy<byte[]> Golden { get; } = new(() =>
    {
        using ScratchFolder scratch = new();
        string path = new Flavour("golden", "23999", "-t", "ext4", "-b", "1024").Make(scratch, ReadingTests.MakeFolder(scratch));
        using (FileDevice device = new(path))
        {
            IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
            NodeId etc = ModelTree.Find(files, "/etc");
            files.CreateFile(etc, "short-extent", new NodeAttributes(0x1A4), new byte[900]);
            files.CreateFile(etc, "second-extent", new NodeAttributes(0x1A4), new byte[900]);
            NodeId attributes = files.CreateFile(etc, "attributes", new NodeAttributes(0x1A4), "x"u8);
            files.SetAttribute(attributes, "user.in-a-block-of-its-own", new byte[400]);
            files.Flush();
        }

        return File.ReadAllBytes(path);
    });

    private static long ChildOf(Mutator mutator, string path) =>
        BinaryPrimitives.ReadUInt32LittleEndian(mutator.Volume.ReadInode(mutator.Find(path)).BlockArea[16..]);

    private static long AttributeBlockOf(Mutator mutator) => mutator.Volume.ReadInode(mutator.Find("/etc/attributes")).AttributeBlock;

    private static void PatchAttributes(Mutator mutator, Action<byte[]> change)
    {
        long block = AttributeBlockOf(mutator);
        byte[] bytes = mutator.Volume.ReadBlock(block);
        change(bytes);
        bytes.AsSpan(16, 4).Clear();
        uint crc = Storage.FileSystems.Ext.Checksums.Crc32C.Compute(mutator.Volume.ChecksumSeed, (ulong)block);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), Storage.FileSystems.Ext.Checksums.Crc32C.Compute(crc, bytes));
        bytes.CopyTo(mutator.Image, block * mutator.Volume.BlockSize);
    }

    private static long JournalBlock(Mutator mutator) =>
        Storage.FileSystems.Ext.Mapping.InodeMap.Load(mutator.Volume, mutator.Volume.ReadInode(8)).Runs[0].Physical;

    private static long ResizeTable(Mutator mutator) =>
        BinaryPrimitives.ReadUInt32LittleEndian(mutator.Volume.ReadInode(7).BlockArea[(13 * 4)..]);
}
