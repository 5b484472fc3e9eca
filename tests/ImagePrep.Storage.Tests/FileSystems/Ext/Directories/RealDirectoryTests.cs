using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>Directories that mke2fs and e2fsck made, read block by block; debugfs says what is in them.</summary>
public sealed class RealDirectoryTests
{
    // Block size, names, and features. The counts give one block, a flat htree, and (with 1 KiB blocks) an htree with a second level.
    public static TheoryData<int, int, string> Shapes => new()
    {
        { 1024, 5, "metadata_csum" },
        { 1024, 300, "metadata_csum" },
        { 1024, 1500, "metadata_csum" },
        { 1024, 1500, "^metadata_csum" },
        { 2048, 300, "metadata_csum,^filetype" },
        { 4096, 10, "^metadata_csum,^filetype" },
        { 4096, 800, "metadata_csum" },
        { 4096, 800, "^metadata_csum,^dir_index" },
        { 4096, 800, "^metadata_csum,^filetype" },
        { 65536, 900, "metadata_csum" },
        { 65536, 900, "^metadata_csum" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ListAndTryFind_DirectoryMadeByE2fsprogs_LikeDebugfs(int blockSize, int names, string features)
    {
        using ScratchFolder folder = new();
        ExtImage image = MakeImage(folder, blockSize, names, features);
        Dictionary<string, (uint Inode, byte Type)> expected = image.Ls("/names");
        expected.Count.ShouldBe(names + 2);
        ExtImageDirectory directory = image.Directory("/names");
        directory.IsIndexed.ShouldBe(directory.Count > 1 && directory.Rules.MayIndex);

        Dictionary<string, (uint, byte)> listed =
            DirectoryFile.List(directory).ToDictionary(record => record.Name.ToString(), record => (record.Inode, record.FileType));

        DirectoryFile.Parent(directory).ShouldBe(2u);
        expected["."].Inode.ShouldBe(directory.Rules.Self);
        expected.Remove(".").ShouldBeTrue();
        expected.Remove("..").ShouldBeTrue();
        listed.ShouldBe(expected, ignoreOrder: true);
        foreach ((string name, (uint Inode, byte Type) entry) in expected)
        {
            DirectoryFile.TryFind(directory, name, out DirectoryRecord record).ShouldBeTrue(name);
            (record.Inode, record.FileType).ShouldBe(entry, name);
            DirectoryFile.TryFind(directory, name + "?", out _).ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("legacy")]
    [InlineData("half_md4")]
    [InlineData("tea")]
    public void TryFind_EachHashSignedAndUnsigned_EveryName(string hash)
    {
        foreach (string sign in (string[])["signed_directory_hash", "unsigned_directory_hash"])
        {
            using ScratchFolder folder = new();
            string source = Directory.CreateDirectory(folder.File("source")).FullName;
            string names = Directory.CreateDirectory(Path.Combine(source, "names")).FullName;
            string[] made = [.. Enumerable.Range(0, 300).Select(i => $"é{i}ß")];
            made.ToList().ForEach(name => File.WriteAllBytes(Path.Combine(names, name), []));
            ExtImage image = ExtImage.Make(folder.File("image"), "8M", source, "-t", "ext4", "-b", "1024");
            OutsideTool.Run("tune2fs", "-E", $"hash_alg={hash}", image.Path).EnsureSuccess("tune2fs");
            OutsideTool.Run("debugfs", "-w", "-R", $"ssv flags {(sign.StartsWith('u') ? 2 : 1)}", image.Path).EnsureSuccess("debugfs");
            image.Optimize();
            image.ShouldBeClean();
            ExtImageDirectory directory = image.Directory("/names");
            directory.IsIndexed.ShouldBeTrue();
            directory.Rules.HashUnsigned.ShouldBe(sign.StartsWith('u'));

            made.Where(name => !DirectoryFile.TryFind(directory, name, out _)).ShouldBeEmpty();
        }
    }

    internal static ExtImage MakeImage(ScratchFolder folder, int blockSize, int count, string features)
    {
        OutsideTool.Require("mke2fs", "e2fsck", "debugfs");
        string source = Directory.CreateDirectory(folder.File("source")).FullName;
        string names = Directory.CreateDirectory(Path.Combine(source, "names")).FullName;
        for (int i = 0; i < count; i++)
        {
            string name = $"{i}-{new string((char)('a' + (i % 26)), i * 7 % 180)}";
            if (i % 50 == 7)
            {
                Directory.CreateDirectory(Path.Combine(names, name));
            }
            else
            {
                File.WriteAllBytes(Path.Combine(names, name), []);
            }
        }

        ExtImage image = ExtImage.Make(
            folder.File("image"), blockSize == 65536 ? "192M" : "24M", source, "-t", "ext4", "-b", $"{blockSize}", "-O", features, "-N", $"{count + 100}");
        image.Optimize();
        image.ShouldBeClean();
        return image;
    }
}
