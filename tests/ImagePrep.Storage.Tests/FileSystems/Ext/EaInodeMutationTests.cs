using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Attribute values in inodes of their own with one field wrong: e2fsck complains, so does our check, and no value is shown.</summary>
public sealed class EaInodeMutationTests
{
    private static readonly Dictionary<string, (string Word, Action<Mutator> Change)> Mutations = new(StringComparer.Ordinal)
    {
        ["inode 0 of a value with a size"] = ("attribute", m => PatchEntry(m, e => e with { External = new ExternalValue(0, 1024) })),
        ["inode beyond the last"] = ("e_value_inum", m => PatchEntry(m, e => e with { External = e.External with { Inode = 1 << 30 } })),
        ["inode is reserved"] = ("e_value_inum", m => PatchEntry(m, e => e with { External = e.External with { Inode = 8 } })),
        ["inode is the owner"] = ("e_value_inum", m => PatchEntry(m, e => e with { External = e.External with { Inode = m.Find("/f") } })),
        ["inode is another file"] = ("e_value_inum", m => PatchEntry(m, e => e with { External = e.External with { Inode = m.Find("/g") } })),
        ["inode is a directory"] = ("e_value_inum", m => PatchEntry(m, e => e with { External = e.External with { Inode = m.Find("/lost+found") } })),
        ["inode of another value"] = ("e_hash", m => PatchEntry(m, e => e with { External = ValueOf(m, "/g") })),
        ["entry hash"] = ("e_hash", m => PatchEntry(m, e => e with { Hash = e.Hash ^ 1 })),
        ["value hash"] = ("e_hash", m => PatchValue(m, i => i.Raw[Inode.Offsets.AccessTime] ^= 1)),
        ["flag"] = ("holds no value", m => PatchValue(m, i => i.Flags &= ~InodeFlags.EaInode)),
        ["references too many"] = ("it counts", m => PatchValue(m, i => i.ValueReferences = 2)),
        ["references 0"] = ("it counts", m => PatchValue(m, i => i.ValueReferences = 0)),
        ["references beyond 32 bits"] = ("it counts", m => PatchValue(m, i => i.ValueReferences = (5L << 32) + 1)),
        ["links"] = ("i_links_count", m => PatchValue(m, i => i.Links = 2)),
        ["type"] = ("holds no value", m => PatchValue(m, i => i.Mode = 0x11A4)),
        ["owner's blocks"] = ("i_blocks", m => m.PatchInode("/f", i => i.StoredBlocks -= 2)),
        ["no owner"] = ("i_links_count", m => m.PatchInode("/f", i => InodeAttributes.Store(i, []))),
    };

    // What e2fsck leaves to the kernel, which shows no value either.
    private static readonly Dictionary<string, (string Word, Action<Mutator> Change)> Unseen = new(StringComparer.Ordinal)
    {
        ["size in the entry"] = ("e_value_size", m => PatchEntry(m, e => e with { External = e.External with { Size = 1000 } })),
        ["size of the inode"] = ("e_value_size", m => PatchValue(m, i => i.Size = 1000)),
        ["value"] = ("hash in inode", m => m.Flip(m.Volume.BlockSize * FirstBlockOfValue(m))),
        ["larger than any"] = ("e_value_size", m => PatchEntry(m, e => e with { External = e.External with { Size = ValueInode.MaxSize + 1 } })),
        ["no feature"] = ("ea_inode feature", m => m.PatchSuperblock(Superblock.Offsets.FeatureIncompat + 1, 2)),
    };

    public static TheoryData<string> Names => [.. Mutations.Keys];

    public static TheoryData<string> UnseenNames => [.. Unseen.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Verify_OneFieldWrong_IsFoundAsByE2fsck(string mutation)
    {
        OutsideTool.Require("mke2fs", "debugfs", "e2fsck");
        (string word, Action<Mutator> change) = Mutations[mutation];
        byte[] image = [.. EaInodeTests.Golden.Value];
        change(new Mutator(image));

        using ScratchFolder scratch = new();
        string path = scratch.File("mutated.img");
        File.WriteAllBytes(path, image);
        E2fsck.Complaints(path).ShouldNotBeEmpty($"{mutation}: not even e2fsck sees it, so this is no mutation");
        ExtCheck.Verify(new MemoryDevice(image)).ShouldContain(problem => problem.Contains(word, StringComparison.Ordinal), mutation);
    }

    [Theory]
    [MemberData(nameof(UnseenNames))]
    public void Verify_ValueIsNotWhatTheEntrySays_IsFound(string mutation)
    {
        OutsideTool.Require("mke2fs", "debugfs");
        (string word, Action<Mutator> change) = Unseen[mutation];
        byte[] image = [.. EaInodeTests.Golden.Value];
        change(new Mutator(image));

        ExtCheck.Verify(new MemoryDevice(image)).ShouldContain(problem => problem.Contains(word, StringComparison.Ordinal), mutation);
        IFileSystemReader files = ExtFileSystem.OpenForReading(new MemoryDevice(image));
        Should.Throw<CorruptImageException>(() => files.GetAttributes(ModelTree.Find(files, "/f"))).Message.ShouldContain(word);
    }

    [Theory]
    [InlineData("inode is the owner")]
    [InlineData("inode is another file")]
    [InlineData("inode of another value")]
    [InlineData("flag")]
    [InlineData("references 0")]
    [InlineData("type")]
    public void Unlink_OneFieldWrong_ChangesNothing(string mutation)
    {
        OutsideTool.Require("mke2fs", "debugfs");
        byte[] image = [.. EaInodeTests.Golden.Value];
        Mutations[mutation].Change(new Mutator(image));
        byte[] before = [.. image];
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));

        Should.Throw<CorruptImageException>(() => files.Unlink(files.Root, "f"));
        Should.Throw<CorruptImageException>(() => files.RemoveAttribute(ModelTree.Find(files, "/f"), "user.big"));
        files.Flush();
        image.SequenceEqual(before).ShouldBeTrue();
    }

    /// <summary>A value whose inode has attributes could lead to itself: nothing is followed.</summary>
    [Fact]
    public void Unlink_ValueLeadsToItself_ChangesNothing()
    {
        OutsideTool.Require("mke2fs", "debugfs");
        byte[] image = [.. EaInodeTests.Golden.Value];
        Mutator mutator = new(image);
        AttributeEntry entry = InodeAttributes.Load(mutator.Volume.ReadInode(mutator.Find("/f"))).Single();
        PatchValue(mutator, inode =>
        {
            inode.ExtraSize = 32;
            InodeAttributes.Store(inode, [entry]);
        });
        byte[] before = [.. image];
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));

        Should.Throw<CorruptImageException>(() => files.Unlink(files.Root, "f")).Message.ShouldContain("attributes itself");
        Should.Throw<UnsupportedImageException>(() => files.WriteContent(new NodeId(entry.External.Inode), "x"u8)).Message.ShouldContain("value of an extended attribute");
        files.Flush();
        image.SequenceEqual(before).ShouldBeTrue();
    }

    /// <summary>The form that Lustre made: no hash and no count, but its one owner in i_mtime and i_generation.</summary>
    [Fact]
    public void ValueOfLustre_IsReadAndGivenUp()
    {
        OutsideTool.Require("mke2fs", "debugfs", "e2fsck");
        using ScratchFolder scratch = new();
        byte[] image = [.. EaInodeTests.Golden.Value];
        Mutator mutator = new(image);
        uint owner = mutator.Find("/f");
        PatchValue(mutator, inode =>
        {
            inode.Raw.AsSpan(Inode.Offsets.AccessTime, sizeof(uint)).Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(inode.Raw.AsSpan(Inode.Offsets.ModificationTime), owner);
        });
        mutator.PatchInode(owner, inode => inode.StoredBlocks -= 2);
        ExtCheck.Verify(new MemoryDevice(image)).ShouldBeEmpty();
        string path = scratch.File("lustre.img");
        File.WriteAllBytes(path, image);
        E2fsck.ShouldBeSilent(path);
        using FileDevice device = new(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));

        files.GetAttributes(new NodeId(owner)).ShouldHaveSingleItem().Value.Length.ShouldBe(1024);
        files.RemoveAttribute(new NodeId(owner), "user.big");
        files.Flush();

        E2fsck.ShouldBeSilent(path);
        ExtCheck.Verify(device).ShouldBeEmpty();
    }

    private static void PatchEntry(Mutator mutator, Func<AttributeEntry, AttributeEntry> change) => mutator.PatchInode("/f", inode =>
        InodeAttributes.Store(inode, [change(InodeAttributes.Load(inode).Single())]));

    private static void PatchValue(Mutator mutator, Action<Inode> change) => mutator.PatchInode(ValueOf(mutator, "/f").Inode, change);

    private static ExternalValue ValueOf(Mutator mutator, string path) =>
        InodeAttributes.Load(mutator.Volume.ReadInode(mutator.Find(path))).Single().External;

    private static long FirstBlockOfValue(Mutator mutator) => Storage.FileSystems.Ext.Mapping.InodeMap.Load(
        mutator.Volume, mutator.Volume.ReadInode(ValueOf(mutator, "/f").Inode)).Runs[0].Physical;
}
