using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>Directories that mke2fs and e2fsck made, read block by block; debugfs says what is in them.</summary>
[Collection(PreparedImagesCollection.Name)]
public sealed class RealDirectoryTests(PreparedImages images)
{
    [Theory]
    [MemberData(nameof(PreparedImages.Shapes), MemberType = typeof(PreparedImages))]
    public void ListAndTryFind_DirectoryMadeByE2fsprogs_LikeDebugfs(int blockSize, int names, string features)
    {
        using ScratchFolder folder = new();
        ExtImage image = images.Copy(folder, blockSize, names, features);
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
            E2fsck.ShouldBeSilent(image.Path);
            ExtImageDirectory directory = image.Directory("/names");
            directory.IsIndexed.ShouldBeTrue();
            directory.Rules.HashUnsigned.ShouldBe(sign.StartsWith('u'));

            made.Where(name => !DirectoryFile.TryFind(directory, name, out _)).ShouldBeEmpty();
        }
    }
}
