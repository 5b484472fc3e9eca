using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>One directory of 100,000 names: the cost of a call must not grow with the directory. The benchmarks tell the times.</summary>
public sealed class HundredThousandNamesTests
{
    /// <summary>
    /// Calls of the device for one more name: inode, descriptor and bitmap, the way down an index of three levels and a leaf, each read once to look
    /// and once to change, and the old bytes of what a split writes. 22 were seen.
    /// </summary>
    private const int MostReads = 30;

    [Fact]
    public void InsertLookUpDelete_OfManyNames_CostTheSameThroughout() => Check(10_000, 90, "-t", "ext4", "-b", "1024", "-O", "large_dir");

    [Theory(Explicit = true)]
    [InlineData(20, "-t", "ext4", "-b", "4096")]
    [InlineData(120, "-t", "ext4", "-b", "1024", "-O", "large_dir")]
    [InlineData(20, "-t", "ext3", "-b", "4096")]
    public void InsertLookUpDelete_Of100000Names_CostTheSameThroughout(int nameLength, params string[] options) => Check(100_000, nameLength, options);

    private static void Check(int count, int nameLength, params string[] options)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = new Flavour("names", "160M", [.. options, "-N", "110000"]).Make(scratch);
        string[] names = [.. Enumerable.Range(0, count).Select(i => $"{i}-{new string((char)('a' + (i % 26)), nameLength - 7)}")];
        using (FileDevice device = new(path))
        {
            IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
            NodeId directory = files.CreateDirectory(files.Root, "names", new NodeAttributes(0x1ED));
            MostReadsOf(device, names, name => files.CreateFile(directory, name, new NodeAttributes(0x1A4), [])).ShouldBeLessThan(MostReads);
            MostReadsOf(device, names, name => files.TryLookup(directory, name, out _).ShouldBeTrue()).ShouldBeLessThan(MostReads);
            files.TryLookup(directory, "absent", out _).ShouldBeFalse();
            files.Flush();
        }

        E2fsck.ShouldBeSilent(path);
        using (KernelMount mount = new(path))
        {
            string folder = mount.File("names");
            names.Where(name => !File.Exists(Path.Combine(folder, name))).ShouldBeEmpty();
            Directory.EnumerateFiles(folder).Count().ShouldBe(count);
        }

        string[] left = [.. names.Where((_, i) => i % 2 == 1)];
        using (FileDevice device = new(path))
        {
            IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_001));
            NodeId directory = ModelTree.Find(files, "/names");
            MostReadsOf(device, [.. names.Where((_, i) => i % 2 == 0)], name => files.Unlink(directory, name)).ShouldBeLessThan(MostReads);
            files.Flush();
            files.List(directory).Select(entry => entry.Name.ToString()).Order(StringComparer.Ordinal).ShouldBe(left.Order(StringComparer.Ordinal));
        }

        E2fsck.ShouldBeSilent(path);
    }

    private static int MostReadsOf(FileDevice device, string[] names, Action<string> call)
    {
        int most = 0;
        foreach (string name in names)
        {
            int before = device.Reads;
            call(name);
            most = Math.Max(most, device.Reads - before);
        }

        return most;
    }
}
