using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext.Directories;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

public sealed class LinearBlockTests
{
    private const int FirstName = 24;

    // Field of the record at 24 ("alpha", rec_len 16), its bytes, and what is wrong with them.
    public static TheoryData<int, byte[], CorruptKind> Faults => new()
    {
        { FirstName + 4, [8, 0], CorruptKind.OutOfRange },
        { FirstName + 4, [0, 0], CorruptKind.OutOfRange },
        { FirstName + 4, [18, 0], CorruptKind.OutOfRange },
        { FirstName + 4, [0xF8, 0x0F], CorruptKind.OutOfRange },
        { FirstName + 6, [0], CorruptKind.OutOfRange },
        { FirstName + 6, [9], CorruptKind.OutOfRange },
        { FirstName + 10, [(byte)'/'], CorruptKind.OutOfRange },
        { FirstName + 12, [0], CorruptKind.OutOfRange },
        { 4096 - 12, [1], CorruptKind.BadMagic },
        { 4096 - 8, [16], CorruptKind.BadMagic },
        { 4096 - 6, [1], CorruptKind.BadMagic },
        { 4096 - 5, [0], CorruptKind.BadMagic },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Parse_OneWrongField_ThrowsItsKind(int offset, byte[] bytes, CorruptKind kind)
    {
        byte[] block = MakeBlock();
        bytes.CopyTo(block, offset);
        if (kind != CorruptKind.BadMagic)
        {
            DirectoryTail.WriteTo(block, Rules);
        }

        Should.Throw<CorruptImageException>(() => LinearBlock.Parse(block, Rules, 0)).Kind.ShouldBe(kind);
    }

    [Fact]
    public void Parse_AnyByteChanged_ThrowsForTheChecksum()
    {
        for (int offset = 0; offset < 4096 - 12; offset += 13)
        {
            byte[] block = MakeBlock();
            block[offset] ^= 0x40;

            Should.Throw<CorruptImageException>(() => LinearBlock.Parse(block, Rules, 0)).Kind.ShouldBe(CorruptKind.BadChecksum);
        }
    }

    [Fact]
    public void Parse_LastRecordEndsEarly_ThrowsTruncated()
    {
        DirectoryRules rules = MemoryDirectory.DefaultRules(1024, checksums: false);
        byte[] block = DirectoryFile.FirstBlock(rules, 2);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(16), 1024 - 12 - 8);

        Should.Throw<CorruptImageException>(() => LinearBlock.Parse(block, rules, 0)).Kind.ShouldBe(CorruptKind.Truncated);
    }

    [Fact]
    public void Parse_LongNameLengthWithoutFileType_Throws()
    {
        DirectoryRules rules = Rules with { HasFileType = false };
        MemoryDirectory directory = MemoryDirectory.Create(rules);
        DirectoryFile.Insert(directory, "alpha", 20, 1);
        directory.Read(0)[FirstName + 7].ShouldBe((byte)0);

        directory.PatchLeaf(0, FirstName + 7, 1);

        Should.Throw<CorruptImageException>(() => DirectoryFile.List(directory).ToList()).Message.ShouldContain("name_len is 261");
    }

    [Fact]
    public void Parse_RecordOverWholeLargeBlock_BothEncodings()
    {
        DirectoryRules rules = MemoryDirectory.DefaultRules(65536, checksums: false);
        foreach (ushort encoded in (ushort[])[0, 0xFFFF])
        {
            byte[] block = new byte[65536];
            BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(4), encoded);

            LinearBlock.Parse(block, rules, 1).Records.ShouldBeEmpty();
        }

        LinearBlock.Of(rules, []).Seal().AsSpan(4, 2).ToArray().ShouldBe([0xFF, 0xFF]);
    }

    [Fact]
    public void TryAdd_ScatteredSlack_MovesRecordsTogether()
    {
        MemoryDirectory directory = MemoryDirectory.Create(MemoryDirectory.DefaultRules(1024));
        FileName[] names = [.. Enumerable.Range(0, 30).Select(i => new FileName($"name {i:d2}................"))];
        for (uint i = 0; i < names.Length; i++)
        {
            DirectoryFile.Insert(directory, names[i], i + 20, 1);
        }

        for (int i = 0; i < names.Length; i += 2)
        {
            DirectoryFile.Remove(directory, names[i]);
        }

        directory.Free = 0;
        FileName wide = new(new string('w', 255));
        DirectoryFile.Insert(directory, wide, 99, 1);

        DirectoryCheck.Verify(directory).Records.Select(record => record.Name)
            .ShouldBe([.. names.Where((_, i) => i % 2 == 1), wide], ignoreOrder: true);
        DirectoryFile.Parent(directory).ShouldBe(2u);
    }

    [Fact]
    public void TryAdd_SlackBehindDot_StaysUnused()
    {
        MemoryDirectory directory = MemoryDirectory.Create(Rules);
        byte[] block = directory.Read(0);
        block.AsSpan(12, 12).CopyTo(block.AsSpan(112));
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(4), 112);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(116), 4096 - 12 - 112);
        directory.PatchLeaf(0, 0, block[..(4096 - 12)]);

        DirectoryFile.Insert(directory, "alpha", 20, 1);

        DirectoryFile.Parent(directory).ShouldBe(2u);
        DirectoryCheck.Verify(directory).Records.ShouldHaveSingleItem().Inode.ShouldBe(20u);
    }

    [Fact]
    public void Remove_AnyName_LeavesNoneOfItsBytes()
    {
        MemoryDirectory directory = MemoryDirectory.Create(Rules);
        DirectoryFile.Insert(directory, "first-secret", 20, 1);
        DirectoryFile.Insert(directory, "kept", 21, 1);
        DirectoryFile.Insert(directory, "last-secret", 22, 1);

        DirectoryFile.Remove(directory, "first-secret");
        DirectoryFile.Remove(directory, "last-secret");

        directory.Read(0).AsSpan().IndexOf("secret"u8).ShouldBe(-1);
        DirectoryFile.List(directory).ShouldBe([new DirectoryRecord("kept", 21, 1)]);
        Should.Throw<FileNotFoundException>(() => DirectoryFile.Remove(directory, "last-secret"));
    }

    private static DirectoryRules Rules => MemoryDirectory.DefaultRules();

    private static byte[] MakeBlock()
    {
        MemoryDirectory directory = MemoryDirectory.Create(Rules);
        DirectoryFile.Insert(directory, "alpha", 20, 1);
        DirectoryFile.Insert(directory, "beta", 21, 1);
        return directory.Read(0);
    }
}
