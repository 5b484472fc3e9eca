using System.Text.RegularExpressions;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>Directories of real images, edited here and judged by e2fsck, debugfs and the kernel.</summary>
[Collection(PreparedImagesCollection.Name)]
public sealed class RealDirectoryEditTests(PreparedImages images)
{
    [Theory]
    [MemberData(nameof(PreparedImages.Shapes), MemberType = typeof(PreparedImages))]
    public void RemoveAndInsert_InPlace_E2fsckIsSilent(int blockSize, int names, string features)
    {
        using ScratchFolder folder = new();
        ExtImage image = images.Copy(folder, blockSize, names, features);
        Dictionary<string, (uint Inode, byte Type)> before = image.Ls("/names");
        ExtImageDirectory directory = image.Directory("/names");
        DirectoryRecord[] records = [.. DirectoryFile.List(directory)];
        new Random(names).Shuffle(records);

        // e2fsck packs leaves, so only what was taken out fits back in without a new block.
        foreach (DirectoryRecord[] batch in records.Chunk(5).Take(40))
        {
            foreach (DirectoryRecord record in batch)
            {
                DirectoryFile.Remove(directory, record.Name);
            }

            foreach (DirectoryRecord record in batch.Reverse())
            {
                DirectoryFile.Insert(directory, record.Name, record.Inode, record.FileType);
            }
        }

        directory.Store();
        E2fsck.ShouldBeSilent(image.Path);
        image.Ls("/names").ShouldBe(before, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(PreparedImages.Shapes), MemberType = typeof(PreparedImages))]
    public void Insert_WholeDirectoryAnew_E2fsckIsSilent(int blockSize, int names, string features)
    {
        using ScratchFolder folder = new();
        ExtImage image = images.Copy(folder, blockSize, names, features);
        Dictionary<string, (uint Inode, byte Type)> before = image.Ls("/names");
        ExtImageDirectory old = image.Directory("/names");
        DirectoryCheck.Verify(old).Records.Count.ShouldBe(names);

        MemoryDirectory rebuilt = Rebuild(old);
        image.Replace("/names", rebuilt);

        E2fsck.ShouldBeSilent(image.Path);
        image.Ls("/names").ShouldBe(before, ignoreOrder: true);
        rebuilt.IsIndexed.ShouldBe(old.IsIndexed);
        if (rebuilt.IsIndexed)
        {
            HtreeDumpShouldAgree(image.Debugfs("htree_dump /names"), rebuilt, names);
        }
    }

    [Theory]
    [InlineData(1024, 1500, "metadata_csum")]
    [InlineData(1024, 1500, "^metadata_csum")]
    [InlineData(4096, 800, "metadata_csum")]
    public void Insert_WholeDirectoryAnew_TheKernelFindsAndGoesOnEditing(int blockSize, int names, string features)
    {
        using ScratchFolder folder = new();
        ExtImage image = images.Copy(folder, blockSize, names, features);
        ExtImageDirectory old = image.Directory("/names");
        image.Replace("/names", Rebuild(old));

        HashSet<string> expected = [.. DirectoryFile.List(old).Select(record => record.Name.ToString())];
        using (KernelMount mount = new(image.Path))
        {
            // Looking up a name walks the index; listing would only scan the blocks.
            string inside = Path.Combine(mount.Folder, "names");
            expected.Where(name => !Path.Exists(Path.Combine(inside, name))).ShouldBeEmpty();
            foreach (string name in expected.Where(name => name.StartsWith('1') && File.Exists(Path.Combine(inside, name))).ToArray())
            {
                File.Delete(Path.Combine(inside, name));
                File.WriteAllBytes(Path.Combine(inside, "kernel-" + name), []);
                expected.Remove(name);
                expected.Add("kernel-" + name);
            }
        }

        E2fsck.ShouldBeSilent(image.Path);
        ExtImageDirectory after = image.Directory("/names");
        DirectoryCheck.Verify(after).Records.Select(record => record.Name.ToString()).ShouldBe(expected, ignoreOrder: true);
        expected.Where(name => !DirectoryFile.TryFind(after, name, out _)).ShouldBeEmpty();
    }

    private static MemoryDirectory Rebuild(ExtImageDirectory old)
    {
        MemoryDirectory rebuilt = MemoryDirectory.Create(old.Rules, DirectoryFile.Parent(old));
        DirectoryRecord[] records = [.. DirectoryFile.List(old)];
        new Random(5).Shuffle(records);
        foreach (DirectoryRecord record in records)
        {
            DirectoryFile.Insert(rebuilt, record.Name, record.Inode, record.FileType);
        }

        // Or the test could not store them: debugfs can append blocks to a directory, not take them away.
        rebuilt.Count.ShouldBeGreaterThanOrEqualTo(old.Count);
        return rebuilt;
    }

    private static void HtreeDumpShouldAgree(string dump, MemoryDirectory directory, int names)
    {
        int leaves = Regex.Count(dump, @"^Reading directory block \d+", RegexOptions.Multiline);
        int nodes = Regex.Count(dump, @"^Number of entries \(count\): ", RegexOptions.Multiline) - 1;
        (leaves + nodes + 1).ShouldBe((int)directory.Count);
        Regex.Count(dump, @"0x[0-9a-f]{8}-[0-9a-f]{8} \(\d+\) ").ShouldBe(names);
        dump.ShouldNotContain("corrupt", Case.Insensitive);
    }
}
