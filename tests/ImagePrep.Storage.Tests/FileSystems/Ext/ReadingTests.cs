using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Images that mke2fs filled from a folder, read back by us.</summary>
public sealed class ReadingTests
{
    public static TheoryData<string> Flavours => Flavour.Names;

    [Theory]
    [MemberData(nameof(Flavours))]
    public void Tree_MadeByMke2fs_EqualsTheFolder(string flavour)
    {
        OutsideTool.Require("mke2fs", "python3");
        using ScratchFolder scratch = new();
        string folder = MakeFolder(scratch);
        string path = Flavour.Of(flavour).Make(scratch, folder);
        using FileDevice device = new(path);

        string ours = TreeListing.Of(ExtFileSystem.OpenForReading(device));

        // mke2fs of 2023 copies neither nanoseconds nor, with inline_data, the hole at the end of a file; the rest is as it was.
        bool losesHoles = Array.Exists(Flavour.Of(flavour).Options, option => option.Contains("inline_data", StringComparison.Ordinal));
        string Comparable(string listing) => string.Join(
            '\n', WithoutTimes(listing).Split('\n').Where(line => !losesHoles || !line.StartsWith("/sparse ", StringComparison.Ordinal)));
        Comparable(ours).ShouldBe(Comparable(TreeListing.OfFolder(folder)));
        ExtCheck.Verify(device).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ext4-debian13", "ext4")]
    [InlineData("ext3", "ext3")]
    [InlineData("ext2", "ext2")]
    public void Summary_EqualsDumpe2fs(string flavour, string type)
    {
        OutsideTool.Require("mke2fs", "dumpe2fs", "tune2fs");
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch);
        OutsideTool.Run("tune2fs", "-L", "cloudimg", path).EnsureSuccess("tune2fs");
        string dump = OutsideTool.Run("dumpe2fs", "-h", path).EnsureSuccess("dumpe2fs").Output;
        string Field(string name) => dump.Split('\n').Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();
        using FileDevice device = new(path);

        FileSystemSummary summary = ExtFileSystem.OpenForReading(device).Summary;

        summary.Type.ShouldBe(type);
        summary.Label.ShouldBe("cloudimg");
        summary.Uuid.ShouldBe(Field("Filesystem UUID"));
        summary.BlockSize.ToString().ShouldBe(Field("Block size"));
        summary.TotalBytes.ShouldBe(long.Parse(Field("Block count")) * summary.BlockSize);
        summary.FreeBytes.ShouldBe(long.Parse(Field("Free blocks")) * summary.BlockSize);
        string.Join(' ', summary.Features).ShouldBe(Field("Filesystem features"));
        summary.LastWrite.Seconds.ShouldBeInRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 100, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
    }

    [Theory]
    [MemberData(nameof(Flavours))]
    public void UnusedRanges_Zeroed_ChangeNothing(string flavour)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch, MakeFolder(scratch));
        using FileDevice device = new(path);
        string before = TreeListing.Of(ExtFileSystem.OpenForReading(device));
        IReadOnlyList<ByteRange> unused = ExtFileSystem.OpenForReading(device).UnusedRanges();

        // Noise is as good as zeros: these bytes mean nothing.
        byte[] noise = new byte[1 << 20];
        new Random(1).NextBytes(noise);
        foreach (ByteRange range in unused)
        {
            for (long offset = range.Start; offset < range.End; offset += noise.Length)
            {
                device.WriteAt(offset, noise.AsSpan(0, (int)Math.Min(noise.Length, range.End - offset)));
            }
        }

        TreeListing.Of(ExtFileSystem.OpenForReading(device)).ShouldBe(before);
        E2fsck.ShouldBeSilent(path);
        for (int i = 1; i < unused.Count; i++)
        {
            unused[i].Start.ShouldBeGreaterThan(unused[i - 1].End);
        }
    }

    [Fact]
    public void UnusedRanges_CoverFreeBlocksAndTheJournal()
    {
        OutsideTool.Require("mke2fs");
        using ScratchFolder scratch = new();
        string path = Flavour.Of("ext4-4k").Make(scratch);
        using FileDevice device = new(path);
        IFileSystemReader files = ExtFileSystem.OpenForReading(device);

        // mke2fs gives 200 MiB a journal of 16 MiB; one block of it, the superblock, is in use. Of the inodes only the first eleven ever were.
        const int Inodes = 51_200;
        OutsideTool.Run("dumpe2fs", "-h", path).Output.ShouldContain($"Inode count:              {Inodes}");
        long content = files.Summary.FreeBytes + (16 << 20) - 4096 + ((Inodes - 11) * 256);

        // There are two groups, each with superblock and descriptors: the second has nothing in its room for descriptors, and no inodes.
        const int Descriptors = 2 * 64;
        const int RoomToGrow = 24 * 4096;
        OutsideTool.Run("dumpe2fs", "-h", path).Output.ShouldContain("Reserved GDT blocks:      24");
        long metadata = (4096 - 2048) + (4096 - 1024) + (2 * (4096 - Descriptors)) + RoomToGrow + 4096;
        files.UnusedRanges().Sum(range => range.Length).ShouldBe(content + metadata);
    }

    [Theory]
    [InlineData("ext4-4k")]
    [InlineData("ext4-noextent")]
    public void ContentRanges_OfAFile_HoldItsBytes(string flavour)
    {
        OutsideTool.Require("mke2fs");
        using ScratchFolder scratch = new();
        string folder = MakeFolder(scratch);
        string path = Flavour.Of(flavour).Make(scratch, folder);
        using FileDevice device = new(path);
        IFileSystemReader files = ExtFileSystem.OpenForReading(device);

        IReadOnlyList<ByteRange> ranges = files.ContentRanges(ModelTree.Find(files, "/large"));

        byte[] found = [.. ranges.SelectMany(range => device.ReadBytes(range.Start, (int)range.Length))];
        found.SequenceEqual(File.ReadAllBytes(Path.Combine(folder, "large"))).ShouldBeTrue();
        Should.Throw<UnsupportedImageException>(() => files.ContentRanges(ModelTree.Find(files, "/sparse"))).Kind.ShouldBe(UnsupportedKind.Feature);
        files.ContentRanges(ModelTree.Find(files, "/empty")).ShouldBeEmpty();
    }

    [Fact]
    public void Reader_AskedTheWrongThing_SaysSo()
    {
        OutsideTool.Require("mke2fs");
        using ScratchFolder scratch = new();
        string path = Flavour.Of("ext4-alpine").Make(scratch, MakeFolder(scratch));
        using FileDevice device = new(path);
        IFileSystemReader files = ExtFileSystem.OpenForReading(device);
        NodeId file = ModelTree.Find(files, "/large");

        Should.Throw<IOException>(() => files.List(file).ToList());
        Should.Throw<IOException>(() => files.TryLookup(file, "x", out _));
        Should.Throw<IOException>(() => files.ReadLink(file));
        Should.Throw<IOException>(() => files.Read(files.Root, 0, new byte[1]));
        Should.Throw<IOException>(() => files.ContentRanges(files.Root));
        Should.Throw<ArgumentOutOfRangeException>(() => files.Read(file, -1, new byte[1]));
        Should.Throw<ArgumentOutOfRangeException>(() => files.Stat(new NodeId(0)));
        Should.Throw<ArgumentOutOfRangeException>(() => files.Stat(new NodeId(uint.MaxValue)));
        files.TryLookup(files.Root, "absent", out _).ShouldBeFalse();
        files.Read(file, long.MaxValue, new byte[10]).ShouldBe(0);
    }

    [Fact]
    public void IsExt_LooksAtMoreThanLength()
    {
        ExtFileSystem.IsExt(new MemoryDevice(new byte[100])).ShouldBeFalse();
        ExtFileSystem.IsExt(new MemoryDevice(new byte[8192])).ShouldBeFalse();
        OutsideTool.Require("mke2fs");
        using ScratchFolder scratch = new();
        using FileDevice device = new(Flavour.Of("ext2").Make(scratch));
        ExtFileSystem.IsExt(device).ShouldBeTrue();
    }

    internal static string MakeFolder(ScratchFolder scratch)
    {
        string folder = scratch.File("content");
        Directory.CreateDirectory(Path.Combine(folder, "etc/deep/deeper"));
        Random random = new(7);
        byte[] large = new byte[3_000_001];
        random.NextBytes(large);
        File.WriteAllBytes(Path.Combine(folder, "large"), large);
        File.WriteAllBytes(Path.Combine(folder, "empty"), []);
        using (FileStream sparse = File.Create(Path.Combine(folder, "sparse")))
        {
            for (int i = 1; i < 12; i++)
            {
                sparse.Position = i * 300_000;
                sparse.Write(large.AsSpan(i, 5000));
            }

            sparse.SetLength(5_000_000);
        }

        for (int i = 0; i < 300; i++)
        {
            string file = Path.Combine(folder, "etc", $"a-configuration-file-with-a-long-name-{i}.conf");
            File.WriteAllBytes(file, large[i..(i * 13)]);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, (UnixFileMode)(i & 0x1FF) | UnixFileMode.UserRead);
            }
        }

        File.CreateSymbolicLink(Path.Combine(folder, "etc/short"), "../large");
        File.CreateSymbolicLink(Path.Combine(folder, "etc/exactly-59"), new string('x', 59));
        File.CreateSymbolicLink(Path.Combine(folder, "etc/exactly-60"), new string('x', 60));
        File.CreateSymbolicLink(Path.Combine(folder, "etc/long"), new string('y', 1000));
        File.WriteAllText(Path.Combine(folder, "etc/deep/deeper/Ünïcode"), "text");
        return folder;
    }

    private static string WithoutTimes(string listing) =>
        string.Join('\n', listing.Split('\n').Select(line => string.Join(' ', line.Split(' ').Where((_, column) => column != 7))));
}
