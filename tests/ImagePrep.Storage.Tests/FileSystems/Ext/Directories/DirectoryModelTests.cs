using System.Text;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext.Directories;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>Long runs of inserts and removes, compared with a dictionary; the whole directory is verified again and again.</summary>
public sealed class DirectoryModelTests
{
    // Block size, checksums, file types, index, hash version, longest name.
    public static TheoryData<int, bool, bool, bool, byte, int> Shapes => new()
    {
        { 1024, true, true, true, 1, 255 },
        { 1024, false, true, true, 2, 40 },
        { 1024, true, false, true, 0, 20 },
        { 1024, true, true, false, 1, 30 },
        { 1024, false, false, false, 1, 255 },
        { 2048, true, true, true, 2, 255 },
        { 4096, true, true, true, 1, 40 },
        { 4096, false, false, true, 1, 255 },
        { 65536, true, true, true, 1, 255 },
        { 65536, false, true, true, 1, 255 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void InsertAndRemove_RandomNames_LikeADictionary(
        int blockSize, bool checksums, bool fileTypes, bool index, byte hash, int longest)
    {
        DirectoryRules rules = MemoryDirectory.DefaultRules(blockSize, checksums) with
        {
            HasFileType = fileTypes,
            MayIndex = index,
            DefaultHashVersion = hash,
            HashUnsigned = hash == 2,
        };
        MemoryDirectory directory = MemoryDirectory.Create(rules, parent: 77);
        Dictionary<FileName, DirectoryRecord> model = [];
        Random random = new(blockSize + longest);
        for (int operation = 1; operation <= (blockSize == 65536 ? 1500 : 4000); operation++)
        {
            // Phases of growing and shrinking, so that slack of all sizes comes up.
            bool grows = random.Next(10) < ((operation / 500) % 2 == 0 ? 8 : 4);
            if (grows || model.Count == 0)
            {
                Insert(directory, model, RandomName(random, longest), (uint)operation, (byte)random.Next(1, 8));
            }
            else
            {
                FileName name = model.Keys.ElementAt(random.Next(model.Count));
                DirectoryFile.Remove(directory, name);
                model.Remove(name).ShouldBeTrue();
            }

            if (operation % 250 == 0)
            {
                ShouldHold(directory, model);
            }
        }

        directory.IsIndexed.ShouldBe(index && directory.Count > 1);
    }

    [Theory]
    [InlineData(1024, 10_000, 24)]
    [InlineData(4096, 15_000, 24)]
    public void Insert_ManyNames_TreeHoldsThemAll(int blockSize, int count, int length)
    {
        MemoryDirectory directory = MemoryDirectory.Create(MemoryDirectory.DefaultRules(blockSize));
        Dictionary<FileName, DirectoryRecord> model = [];
        for (uint i = 1; i <= count; i++)
        {
            Insert(directory, model, new FileName($"name-{i}".PadRight(length, '.')), i, 1);
        }

        ShouldHold(directory, model);
        // A tree whose leaves are split in halves stays well over half full.
        ((long)count * (8 + length)).ShouldBeGreaterThan(directory.Count * (long)blockSize * 6 / 10);
        foreach (FileName name in model.Keys)
        {
            DirectoryFile.Remove(directory, name);
        }

        DirectoryFile.IsEmpty(directory).ShouldBeTrue();
        DirectoryCheck.Verify(directory).Records.ShouldBeEmpty();
        ShouldHoldNoNameBytes(directory, "name-"u8);
    }

    [Fact]
    public void Insert_SecondLevelFull_ThirdLevelOnlyWithLargeDir()
    {
        DirectoryRules rules = MemoryDirectory.DefaultRules(1024, checksums: true);
        MemoryDirectory small = MemoryDirectory.Create(rules);
        uint full = FillWithLongNames(small, 60_000);
        full.ShouldBeInRange(15_000u, 59_999u);
        small.Read(0)[0x1E].ShouldBe((byte)1);
        DirectoryCheck.Verify(small).Records.Count.ShouldBe((int)full);

        MemoryDirectory large = new(rules with { HasLargeDir = true }) { IsIndexed = true };
        foreach (byte[] block in small.Blocks)
        {
            large.Append(block);
        }

        for (uint i = full; i < full + 500; i++)
        {
            DirectoryFile.Insert(large, LongName(i), i + 1, 1);
        }

        large.Read(0)[0x1E].ShouldBe((byte)2);
        DirectoryCheck.Verify(large).Records.Count.ShouldBe((int)full + 500);
    }

    [Fact]
    public void Insert_NoBlockLeft_NothingChanges()
    {
        MemoryDirectory directory = MemoryDirectory.Create(MemoryDirectory.DefaultRules(1024));
        for (uint i = 0; i < 700; i++)
        {
            MemoryDirectory before = directory.Copy();
            directory.Free = 0;
            try
            {
                DirectoryFile.Insert(directory, LongName(i), i + 1, 1);
            }
            catch (IOException)
            {
                directory.IsIndexed.ShouldBe(before.IsIndexed);
                directory.Blocks.SelectMany(block => block).SequenceEqual(before.Blocks.SelectMany(block => block)).ShouldBeTrue();
                directory.Free = DirectoryFile.MaxGrowth;
                DirectoryFile.Insert(directory, LongName(i), i + 1, 1);
            }
        }

        DirectoryCheck.Verify(directory).Records.Count.ShouldBe(700);
    }

    private static uint FillWithLongNames(MemoryDirectory directory, uint most)
    {
        for (uint i = 0; i < most; i++)
        {
            uint blocks = directory.Count;
            try
            {
                DirectoryFile.Insert(directory, LongName(i), i + 1, 1);
                (directory.Count - blocks).ShouldBeLessThanOrEqualTo((uint)DirectoryFile.MaxGrowth);
            }
            catch (UnsupportedImageException error) when (error.Kind == UnsupportedKind.NoSpace)
            {
                directory.Count.ShouldBe(blocks);
                return i;
            }
        }

        return most;
    }

    private static FileName LongName(uint i) => new($"{i}".PadRight(FileName.MaxLength, 'x'));

    private static FileName RandomName(Random random, int longest)
    {
        byte[] name = new byte[random.Next(1, longest + 1)];
        random.NextBytes(name);
        for (int i = 0; i < name.Length; i++)
        {
            name[i] = name[i] is 0 or (byte)'/' or (byte)'.' ? (byte)'z' : name[i];
        }

        return new FileName(name);
    }

    private static void Insert(
        MemoryDirectory directory, Dictionary<FileName, DirectoryRecord> model, FileName name, uint inode, byte type)
    {
        if (model.ContainsKey(name))
        {
            return;
        }

        DirectoryFile.Insert(directory, name, inode, type);
        model.Add(name, new DirectoryRecord(name, inode, directory.Rules.HasFileType ? type : (byte)0));
    }

    private static void ShouldHold(MemoryDirectory directory, Dictionary<FileName, DirectoryRecord> model)
    {
        CheckedDirectory found = DirectoryCheck.Verify(directory);
        found.Parent.ShouldBe(DirectoryFile.Parent(directory));
        found.Records.Count.ShouldBe(model.Count);
        found.Records.Where(record => model[record.Name] != record).ShouldBeEmpty();
        DirectoryFile.List(directory).Count(record => model[record.Name] == record).ShouldBe(model.Count);
        foreach ((FileName name, DirectoryRecord record) in model)
        {
            DirectoryFile.TryFind(directory, name, out DirectoryRecord one).ShouldBeTrue();
            one.ShouldBe(record);
        }

        DirectoryFile.TryFind(directory, "no such name...", out _).ShouldBeFalse();
    }

    private static void ShouldHoldNoNameBytes(MemoryDirectory directory, ReadOnlySpan<byte> text)
    {
        foreach (byte[] block in directory.Blocks)
        {
            block.AsSpan().IndexOf(text).ShouldBe(-1, Encoding.ASCII.GetString(text));
        }
    }
}
