using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>Names of one hash that do not fit into one leaf: the boundary between leaves then has bit 0 set, and lookups go on.</summary>
public sealed class HashCollisionTests
{
    private static readonly DirectoryRules Rules = MemoryDirectory.DefaultRules(1024) with { DefaultHashVersion = 0 };

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    public void Insert_OneHashInManyLeaves_EveryNameIsFoundAndRemoved(int others)
    {
        HashCollisions.Hash.ShouldNotBe(0u);
        for (int seed = 0; seed < 8; seed++)
        {
            Random random = new(seed);
            FileName[] names = [.. HashCollisions.Names, .. Enumerable.Range(0, others).Select(i => new FileName($"other name {i}"))];
            random.Shuffle(names);
            MemoryDirectory directory = MemoryDirectory.Create(Rules);
            for (uint i = 0; i < names.Length; i++)
            {
                DirectoryFile.Insert(directory, names[i], i + 100, 1);
                DirectoryCheck.Verify(directory).Records.Count.ShouldBe((int)i + 1);
            }

            names.Where(name => !DirectoryFile.TryFind(directory, name, out _)).ShouldBeEmpty();
            foreach (FileName name in names)
            {
                DirectoryFile.Remove(directory, name);
                DirectoryFile.TryFind(directory, name, out _).ShouldBeFalse();
            }

            DirectoryCheck.Verify(directory).Records.ShouldBeEmpty();
        }
    }

    [Fact]
    public void TryFind_CollidingNamesPlacedByE2fsck_EveryOne()
    {
        using ScratchFolder folder = new();
        ExtImage image = MakeImage(folder);
        image.Optimize();
        ExtImageDirectory directory = image.Directory("/names");
        directory.Read(0)[0x1C].ShouldBe((byte)0);

        HashCollisions.Names.Where(name => !DirectoryFile.TryFind(directory, name, out _)).ShouldBeEmpty();
        DirectoryCheck.Verify(directory).Records.Count.ShouldBe(HashCollisions.Names.Length);
    }

    [Fact]
    public void Insert_CollidingNames_E2fsckIsSilentAndTheKernelFindsThem()
    {
        using ScratchFolder folder = new();
        ExtImage image = MakeImage(folder);
        ExtImageDirectory old = image.Directory("/names");
        MemoryDirectory rebuilt = MemoryDirectory.Create(old.Rules, DirectoryFile.Parent(old));
        foreach (DirectoryRecord record in DirectoryFile.List(old))
        {
            DirectoryFile.Insert(rebuilt, record.Name, record.Inode, record.FileType);
        }

        image.Replace("/names", rebuilt);

        E2fsck.ShouldBeSilent(image.Path);
        using KernelMount mount = new(image.Path, "ro");
        HashCollisions.Names.Where(name => !File.Exists(Path.Combine(mount.Folder, "names", name.ToString()))).ShouldBeEmpty();
    }

    private static ExtImage MakeImage(ScratchFolder folder)
    {
        string source = Directory.CreateDirectory(folder.File("source")).FullName;
        string names = Directory.CreateDirectory(Path.Combine(source, "names")).FullName;
        foreach (FileName name in HashCollisions.Names)
        {
            File.WriteAllBytes(Path.Combine(names, name.ToString()), []);
        }

        ExtImage image = ExtImage.Make(folder.File("image"), "8M", source, "-t", "ext4", "-b", "1024");
        OutsideTool.Run("tune2fs", "-E", "hash_alg=legacy", image.Path).EnsureSuccess("tune2fs");
        return image;
    }
}
