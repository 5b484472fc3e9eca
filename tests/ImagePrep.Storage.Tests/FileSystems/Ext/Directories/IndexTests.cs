using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>Faults of an htree, one field at a time, and what lookups, edits and the check say.</summary>
public sealed class IndexTests
{
    private const int RootTable = DirectoryPatch.RootTable;

    // Field of the root, its bytes, and the kind of error.
    public static TheoryData<int, byte[], CorruptKind> RootFaults => new()
    {
        { 8, [(byte)'x'], CorruptKind.BadMagic },
        { 0x10, [0, 2], CorruptKind.BadMagic },
        { 0x18, [1], CorruptKind.BadMagic },
        { 0x1D, [12], CorruptKind.BadMagic },
        { 0x1E, [2], CorruptKind.OutOfRange },
        { RootTable, [124], CorruptKind.OutOfRange },
        { RootTable + 2, [0, 0], CorruptKind.OutOfRange },
        { RootTable + 2, [124, 0], CorruptKind.OutOfRange },
        { RootTable + 8, [0, 0, 0, 0xFF], CorruptKind.Inconsistent },
    };

    [Theory]
    [MemberData(nameof(RootFaults))]
    public void Parse_OneWrongRootField_ThrowsItsKind(int offset, byte[] bytes, CorruptKind kind)
    {
        MemoryDirectory directory = MakeTree(200);

        directory.PatchIndex(0, offset, bytes);

        Fault(() => DirectoryFile.TryFind(directory, "name 7", out _)).Kind.ShouldBe(kind);
        Fault(() => List(directory)).Kind.ShouldBe(kind);
        Fault(() => DirectoryFile.Insert(directory, "new", 9, 1)).Kind.ShouldBe(kind);
        Fault(() => DirectoryFile.Remove(directory, "name 7")).Kind.ShouldBe(kind);
        Fault(() => DirectoryCheck.Verify(directory)).Kind.ShouldBe(kind);
    }

    [Fact]
    public void Parse_UsedByteOfAnIndexBlockChanged_ThrowsForTheChecksum()
    {
        MemoryDirectory directory = MakeTree(200);
        byte[] root = directory.Read(0);
        root[RootTable + 9] ^= 1;
        directory.Write(0, root);

        Fault(() => DirectoryFile.TryFind(directory, "name 7", out _)).Kind.ShouldBe(CorruptKind.BadChecksum);
        Fault(() => List(directory)).Kind.ShouldBe(CorruptKind.BadChecksum);
    }

    [Theory]
    [InlineData(0x1C, 3)]
    [InlineData(0x1C, 6)]
    [InlineData(0x1F, 1)]
    public void TryFind_UnknownHashVersionOrFlag_ThrowsUnsupported(int offset, byte value)
    {
        MemoryDirectory directory = MakeTree(200);

        directory.PatchIndex(0, offset, value);

        Should.Throw<UnsupportedImageException>(() => DirectoryFile.TryFind(directory, "name 7", out _))
            .Kind.ShouldBe(UnsupportedKind.UnknownFeature);
        Should.Throw<UnsupportedImageException>(() => DirectoryFile.Insert(directory, "new", 9, 1));
    }

    [Theory]
    [InlineData(0u, CorruptKind.OutOfRange)]
    [InlineData(9999u, CorruptKind.OutOfRange)]
    public void TryFind_ChildOutsideTheDirectory_Throws(uint child, CorruptKind kind)
    {
        MemoryDirectory directory = MakeTree(200);
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, child);
        for (int i = 0; i < BinaryPrimitives.ReadUInt16LittleEndian(directory.Read(0).AsSpan(RootTable + 2)); i++)
        {
            directory.PatchIndex(0, RootTable + (i * 8) + 4, bytes);
        }

        Fault(() => DirectoryFile.TryFind(directory, "name 7", out _)).Kind.ShouldBe(kind);
        Fault(() => DirectoryCheck.Verify(directory)).Kind.ShouldBeOneOf(kind, CorruptKind.Overlap);
    }

    [Fact]
    public void Insert_IndexBlockThatIsItsOwnChild_ThrowsInsteadOfOverwritingIt()
    {
        MemoryDirectory directory = MakeTree(6000, checksums: false);
        directory.Read(0)[0x1E].ShouldBe((byte)1);
        uint node = BinaryPrimitives.ReadUInt32LittleEndian(directory.Read(0).AsSpan(RootTable + 4));
        byte[] content = directory.Read(node);
        for (int i = 0; i < BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(DirectoryPatch.NodeTable + 2)); i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(DirectoryPatch.NodeTable + (i * 8) + 4), node);
        }

        directory.Write(node, content);
        int faults = 0;
        for (uint i = 0; i < 100; i++)
        {
            try
            {
                DirectoryFile.Insert(directory, $"new {i}", 9, 1);
            }
            catch (CorruptImageException error) when (error.Kind == CorruptKind.Loop)
            {
                faults++;
            }
        }

        faults.ShouldBeGreaterThan(0);
        directory.Read(node).ShouldBe(content);
        Fault(() => DirectoryCheck.Verify(directory)).Kind.ShouldBe(CorruptKind.Overlap);
    }

    [Fact]
    public void TryFind_ChainOfOneHashWithoutEnd_Throws()
    {
        // Every boundary of the root claims to go on with the hash of one name, and every child is the same leaf.
        MemoryDirectory directory = MakeTree(200);
        byte[] root = directory.Read(0);
        int limit = BinaryPrimitives.ReadUInt16LittleEndian(root.AsSpan(RootTable));
        uint hash = new NameHash(directory.Rules, 1).Compute("absent name"u8);
        for (int i = 1; i < limit; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(root.AsSpan(RootTable + (i * 8)), hash | 1);
            BinaryPrimitives.WriteUInt32LittleEndian(root.AsSpan(RootTable + (i * 8) + 4), 1);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(root.AsSpan(RootTable + 2), (ushort)limit);
        directory.PatchIndex(0, 0, root);

        Fault(() => DirectoryFile.TryFind(directory, "absent name", out _)).Kind.ShouldBe(CorruptKind.Loop);
    }

    [Fact]
    public void Verify_LeafReachedTwice_Throws()
    {
        MemoryDirectory directory = MakeTree(200);
        directory.PatchIndex(0, RootTable + 8 + 4, directory.Read(0)[(RootTable + 4)..(RootTable + 8)]);

        Fault(() => DirectoryCheck.Verify(directory)).Kind.ShouldBeOneOf(CorruptKind.Overlap, CorruptKind.Inconsistent);
    }

    [Fact]
    public void Verify_BlockThatNothingLeadsTo_Throws()
    {
        MemoryDirectory directory = MakeTree(200);
        directory.Append(LinearBlock.Of(directory.Rules, []).Seal());

        Fault(() => DirectoryCheck.Verify(directory)).Message.ShouldContain("its index leads to");
    }

    [Fact]
    public void Verify_NameInTheWrongLeaf_ThrowsAndSplittingItDoesToo()
    {
        MemoryDirectory directory = MakeTree(200);
        byte[] first = directory.Read(1);
        byte[] second = directory.Read(2);
        directory.Write(1, second);
        directory.Write(2, first);

        Fault(() => DirectoryCheck.Verify(directory)).Message.ShouldContain("leads to another block");
        Fault(() =>
        {
            for (uint i = 0; i < 300; i++)
            {
                DirectoryFile.Insert(directory, $"new {i}", 9, 1);
            }
        }).Message.ShouldContain("leads to another block");
    }

    [Fact]
    public void Verify_SameNameTwice_Throws()
    {
        MemoryDirectory directory = MemoryDirectory.Create(MemoryDirectory.DefaultRules());
        DirectoryFile.Insert(directory, "name", 20, 1);
        DirectoryFile.Insert(directory, "name", 21, 1);

        Fault(() => DirectoryCheck.Verify(directory)).Message.ShouldContain("second time");
    }

    [Fact]
    public void Verify_DotOfAnotherDirectory_Throws()
    {
        MemoryDirectory directory = MemoryDirectory.Create(MemoryDirectory.DefaultRules());
        directory.PatchLeaf(0, 0, 99);

        Fault(() => DirectoryCheck.Verify(directory)).Kind.ShouldBe(CorruptKind.OutOfRange);
    }

    [Fact]
    public void Edit_IndexFlagWithoutTheFeature_ReadsLinearAndRefusesToInsert()
    {
        MemoryDirectory indexed = MakeTree(200);
        MemoryDirectory directory = new(indexed.Rules with { MayIndex = false }) { IsIndexed = true };
        indexed.Blocks.ToList().ForEach(block => directory.Append(block));

        DirectoryFile.TryFind(directory, "name 7", out DirectoryRecord record).ShouldBeTrue();
        record.Inode.ShouldBe(8u);
        Should.Throw<UnsupportedImageException>(() => DirectoryFile.Insert(directory, "new", 9, 1)).Kind.ShouldBe(UnsupportedKind.NeedsRepair);
        Fault(() => DirectoryCheck.Verify(directory)).Kind.ShouldBe(CorruptKind.Inconsistent);
    }

    [Fact]
    public void Insert_MisusedArguments_ThrowArgumentExceptions()
    {
        MemoryDirectory directory = MemoryDirectory.Create(MemoryDirectory.DefaultRules());

        Should.Throw<ArgumentException>(() => DirectoryFile.Insert(directory, ".", 9, 2));
        Should.Throw<ArgumentException>(() => DirectoryFile.Insert(directory, "..", 9, 2));
        Should.Throw<ArgumentException>(() => DirectoryFile.Remove(directory, ".."));
        Should.Throw<ArgumentOutOfRangeException>(() => DirectoryFile.Insert(directory, "name", 0, 1));
    }

    [Fact]
    public void TryFind_Dots_GiveSelfAndParentLinearAndIndexed()
    {
        foreach (MemoryDirectory directory in (MemoryDirectory[])[MakeTree(3), MakeTree(200)])
        {
            DirectoryFile.TryFind(directory, ".", out DirectoryRecord self).ShouldBeTrue();
            DirectoryFile.TryFind(directory, "..", out DirectoryRecord parent).ShouldBeTrue();

            self.ShouldBe(new DirectoryRecord(".", 12, 2));
            parent.ShouldBe(new DirectoryRecord("..", 2, 2));
        }
    }

    private static MemoryDirectory MakeTree(uint names, bool checksums = true)
    {
        MemoryDirectory directory = MemoryDirectory.Create(MemoryDirectory.DefaultRules(1024, checksums));
        for (uint i = 0; i < names; i++)
        {
            DirectoryFile.Insert(directory, $"name {i}", i + 1, 1);
        }

        return directory;
    }

    private static DirectoryRecord[] List(MemoryDirectory directory) => [.. DirectoryFile.List(directory)];

    private static CorruptImageException Fault(Action action) => Should.Throw<CorruptImageException>(action);
}
