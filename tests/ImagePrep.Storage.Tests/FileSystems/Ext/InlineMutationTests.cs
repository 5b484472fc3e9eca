using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Inline content with one field wrong: e2fsck complains, so does our check, and nobody is shown what is not there.</summary>
public sealed class InlineMutationTests
{
    private const string File = "/tiny";
    private const string Directory = "/wide";

    private static readonly Dictionary<string, (string Word, Action<Mutator> Change)> Mutations = new(StringComparer.Ordinal)
    {
        ["no attribute"] = ("system.data", m => m.PatchInode(File, i => InodeAttributes.Store(i, []))),
        ["attribute without flag"] = ("system.data", m => m.PatchInode("/link", i => i.Flags &= ~InodeFlags.InlineData)),
        ["flag with extents"] = ("EXTENTS_FL", m => m.PatchInode(File, i => i.Flags |= InodeFlags.Extents)),
        ["flag with index"] = ("INDEX_FL", m => m.PatchInode(Directory, i => i.Flags |= InodeFlags.Indexed)),
        ["no feature"] = ("inline_data feature", m => m.PatchSuperblock(Superblock.Offsets.FeatureIncompat + 1, 2)),
        ["blocks"] = ("i_blocks", m => m.PatchInode(File, i => i.StoredBlocks = 2)),
        ["directory size"] = ("i_size", m => m.PatchInode(Directory, i => i.Size = 1024)),
        ["link size"] = ("i_size", m => m.PatchInode("/link", i => i.Size = 101)),
        ["parent 0"] = ("parent", m => m.PatchInode(Directory, i => i.BlockArea[0] = 0)),
        ["parent beyond the inodes"] = ("parent", m => m.PatchInode(Directory, i => i.BlockArea[3] = 0x80)),
        ["parent is another"] = ("'..'", m => m.PatchInode(Directory, i => i.BlockArea[0] = 11)),
        ["rec_len odd"] = ("rec_len", m => PatchRecord(m, 4, 13)),
        ["rec_len short"] = ("rec_len", m => PatchRecord(m, 4, 8)),
        ["rec_len 0"] = ("rec_len", m => PatchRecord(m, 4, 0)),
        ["rec_len beyond i_block"] = ("rec_len", m => PatchRecord(m, 4, 60)),
        ["name_len"] = ("name_len", m => PatchRecord(m, 6, 5)),
        ["name"] = ("name", m => PatchRecord(m, 8, (byte)'/')),
        ["name is '.'"] = ("'.'", m => PatchRecord(m, 8, (byte)'.')),
        ["inode not in use"] = ("not in use", m => PatchRecord(m, 0, 200)),
        ["type"] = ("type", m => PatchRecord(m, 7, 7)),
        ["records in the attribute"] = ("rec_len", m => PutIntoAttribute(m, recordLength: 28)),
        ["attribute too short for a record"] = ("record at 0", m => PutIntoAttribute(m, recordLength: 8)),
    };

    public static TheoryData<string> Names => [.. Mutations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Verify_OneFieldWrong_IsFoundAsByE2fsck(string mutation)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        (string word, Action<Mutator> change) = Mutations[mutation];
        byte[] image = [.. InlineDataTests.Golden.Value];
        change(new Mutator(image));

        using ScratchFolder scratch = new();
        string path = scratch.File("mutated.img");
        System.IO.File.WriteAllBytes(path, image);
        E2fsck.Complaints(path).ShouldNotBeEmpty($"{mutation}: not even e2fsck sees it, so this is no mutation");
        ExtCheck.Verify(new MemoryDevice(image)).ShouldContain(problem => problem.Contains(word, StringComparison.Ordinal), mutation);
    }

    [Theory]
    [InlineData("parent 0")]
    [InlineData("parent beyond the inodes")]
    [InlineData("rec_len beyond i_block")]
    [InlineData("records in the attribute")]
    [InlineData("directory size")]
    [InlineData("no feature")]
    [InlineData("flag with index")]
    public void Directory_OneFieldWrong_IsNeitherListedNorChanged(string mutation)
    {
        OutsideTool.Require("mke2fs");
        byte[] image = [.. InlineDataTests.Golden.Value];
        uint directory = new Mutator(image).Find(Directory);
        Mutations[mutation].Change(new Mutator(image));
        byte[] before = [.. image];
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));

        Should.Throw<CorruptImageException>(() => files.List(new NodeId(directory)).ToList());
        Should.Throw<CorruptImageException>(() => files.CreateFile(new NodeId(directory), "new", new NodeAttributes(0x1A4), "x"u8));
        Should.Throw<CorruptImageException>(() => files.Unlink(new NodeId(directory), "b"));
        files.Flush();
        image.SequenceEqual(before).ShouldBeTrue();
    }

    [Theory]
    [InlineData("no attribute")]
    [InlineData("flag with extents")]
    [InlineData("no feature")]
    public void File_OneFieldWrong_IsNeitherReadNorChanged(string mutation)
    {
        OutsideTool.Require("mke2fs");
        byte[] image = [.. InlineDataTests.Golden.Value];
        NodeId file = new(new Mutator(image).Find(File));
        Mutations[mutation].Change(new Mutator(image));
        byte[] before = [.. image];
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));

        Should.Throw<CorruptImageException>(() => files.Read(file, 0, new byte[10]));
        Should.Throw<CorruptImageException>(() => files.WriteAt(file, 0, new byte[10]));
        Should.Throw<CorruptImageException>(() => files.SetLength(file, 0));
        files.Flush();
        image.SequenceEqual(before).ShouldBeTrue();
    }

    private static void PatchRecord(Mutator mutator, int offset, byte value) =>
        mutator.PatchInode(Directory, inode => inode.BlockArea[sizeof(uint) + offset] = value);

    // Twenty-four bytes of attribute with one unused record.
    private static void PutIntoAttribute(Mutator mutator, byte recordLength) => mutator.PatchInode(Directory, inode =>
    {
        byte[] records = new byte[24];
        BinaryPrimitives.WriteUInt16LittleEndian(records.AsSpan(4), recordLength);
        AttributeName name = InodeAttributes.Load(inode).Single().Name;
        InodeAttributes.Store(inode, [new AttributeEntry(name, records, Hash: 0)]);
        inode.Size = Inode.BlockAreaSize + records.Length;
    });
}
