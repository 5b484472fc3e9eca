using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext.Directories;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>Random damage, with checksums made right again: every call ends, with a result or with a documented exception.</summary>
public sealed class DirectoryFuzzTests
{
    [Theory]
    [InlineData(20, false, true)]
    [InlineData(200, true, true)]
    [InlineData(200, true, false)]
    [InlineData(1300, true, true)]
    [InlineData(1300, true, false)]
    public void EveryCall_DamagedBlocks_OnlyDocumentedExceptionsEscape(int names, bool index, bool checksums)
    {
        MemoryDirectory sound = Make(names, index, checksums);
        int caught = 0;
        for (int seed = 0; seed < 250; seed++)
        {
            Random random = new(seed);
            MemoryDirectory directory = sound.Copy();
            Damage(directory, random);
            caught += Calls(directory, random, names).Count(call => Throws(call, seed));
        }

        // Damage that nothing ever notices would mean that the fuzzer misses its target.
        caught.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Verify_OneByteOfACoveredAreaChanged_AlwaysThrows()
    {
        MemoryDirectory sound = Make(1300, index: true, checksums: true);
        Random random = new(3);
        for (int i = 0; i < 150; i++)
        {
            MemoryDirectory directory = sound.Copy();
            uint number = (uint)random.Next((int)directory.Count);
            byte[] block = directory.Read(number);
            bool isIndex = number == 0 || IndexNode.LooksLikeNode(block, directory.Rules);
            int table = number == 0 ? DirectoryPatch.RootTable : DirectoryPatch.NodeTable;
            int covered = isIndex ? table + (8 * BitConverter.ToUInt16(block, table + 2)) : block.Length;
            block[random.Next(covered)] ^= (byte)random.Next(1, 256);
            directory.Write(number, block);

            Should.Throw<Exception>(() => DirectoryCheck.Verify(directory)).ShouldBeOfType<CorruptImageException>();
        }
    }

    private static void Damage(MemoryDirectory directory, Random random)
    {
        for (int change = random.Next(1, 5); change > 0; change--)
        {
            // The root and its neighbours matter most.
            uint number = random.Next(2) == 0 ? 0 : (uint)random.Next((int)directory.Count);
            byte[] block = directory.Read(number);
            // Fields live at the start of blocks; the rest is mostly names.
            int offset = random.Next(random.Next(2) == 0 ? 64 : block.Length);
            switch (random.Next(4))
            {
                case 0:
                    block[offset] = (byte)random.Next(256);
                    break;
                case 1:
                    block[offset] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    block.AsSpan(offset & ~3, Math.Min(4, block.Length - (offset & ~3))).Clear();
                    break;
                default:
                    directory.Read((uint)random.Next((int)directory.Count)).AsSpan(offset).CopyTo(block.AsSpan(offset));
                    break;
            }

            directory.Write(number, block);
            directory.Reseal(number);
        }

        if (random.Next(20) == 0)
        {
            directory.IsIndexed = !directory.IsIndexed;
        }
    }

    private static IEnumerable<Action> Calls(MemoryDirectory directory, Random random, int names)
    {
        FileName known = Name((uint)random.Next(names));
        yield return () => DirectoryFile.List(directory).ToList().ForEach(record => record.Inode.ShouldNotBe(0u));
        yield return () => DirectoryFile.TryFind(directory, known, out _);
        yield return () => DirectoryFile.TryFind(directory, "absent", out _);
        yield return () => DirectoryFile.Parent(directory);
        yield return () => DirectoryFile.IsEmpty(directory);
        yield return () => DirectoryCheck.Verify(directory);
        yield return () => DirectoryFile.Remove(directory, known);
        for (int i = 0; i < 40; i++)
        {
            FileName added = $"{i}".PadRight(random.Next(2, 256), '+');
            yield return () => DirectoryFile.Insert(directory, added, 9, 1);
        }
    }

    private static bool Throws(Action call, int seed)
    {
        try
        {
            call();
            return false;
        }
        catch (Exception error) when (error is CorruptImageException or UnsupportedImageException or FileNotFoundException)
        {
            return true;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"seed {seed} lets {error.GetType().Name} escape", error);
        }
    }

    // Long enough for 1300 of them to need a second index level.
    private static FileName Name(uint i) => $"name {i}".PadRight(80, '-');

    private static MemoryDirectory Make(int names, bool index, bool checksums)
    {
        MemoryDirectory directory = MemoryDirectory.Create(MemoryDirectory.DefaultRules(1024, checksums) with { MayIndex = index });
        for (uint i = 0; i < names; i++)
        {
            DirectoryFile.Insert(directory, Name(i), i + 1, 1);
        }

        if (index)
        {
            directory.Read(0)[0x1E].ShouldBe(names > 1000 ? (byte)1 : (byte)0);
        }

        return directory;
    }
}
