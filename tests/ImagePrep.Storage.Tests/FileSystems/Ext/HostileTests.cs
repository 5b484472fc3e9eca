using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Random damage in metadata: only documented exceptions may come out, and everything must end.</summary>
public sealed class HostileTests
{
    [Theory]
    [InlineData("ext4-nocsum")]
    [InlineData("ext4-noextent")]
    [InlineData("ext4-1k")]
    [InlineData("ext2-128")]
    public void Damage_Anywhere_GivesOnlyDocumentedExceptions(string flavour)
    {
        OutsideTool.Require("mke2fs");
        using ScratchFolder scratch = new();
        string path = (Flavour.Of(flavour) with { Size = "12M" }).Make(scratch, ReadingTests.MakeFolder(scratch));
        byte[] image = File.ReadAllBytes(path);
        long[] places = MetadataPlaces(image);
        int refused = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            Random random = new(seed);
            OverlayDevice device = new(new MemoryDevice(image));
            for (int i = random.Next(1, 12); i > 0; i--)
            {
                long offset = places[random.Next(places.Length)] + random.Next(1024);
                byte value = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
                device.WriteAt(offset, [value]);
            }

            refused += Survives(() => ReadEverything(ExtFileSystem.OpenForReading(device))) ? 0 : 1;
            Survives(() => ExtCheck.Verify(device));
            Survives(() => EditSomething(ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000))));
        }

        refused.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData((1L << 42) + 1)]
    [InlineData(long.MaxValue)]
    public void Size_BeyondAnyFile_IsCorruptAndNoOverflow(long size)
    {
        OutsideTool.Require("mke2fs");
        using ScratchFolder scratch = new();
        byte[] image = File.ReadAllBytes((Flavour.Of("ext4-1k") with { Size = "12M" }).Make(scratch));
        IFileSystem files = ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));
        NodeId file = files.CreateFile(files.Root, "file", new NodeAttributes(0x1A4), new byte[3000]);
        files.Flush();
        new Mutator(image).PatchInode(file.Value, inode => inode.Size = size);
        IFileSystemReader reader = ExtFileSystem.OpenForReading(new MemoryDevice(image));

        Should.Throw<CorruptImageException>(() => reader.Read(file, 5, new byte[10])).Message.ShouldContain("i_size");
        Should.Throw<CorruptImageException>(() => reader.ContentRanges(file)).Message.ShouldContain("i_size");
        ExtCheck.Verify(new MemoryDevice(image)).ShouldContain(problem => problem.Contains("i_size", StringComparison.Ordinal));
    }

    // Whether nothing was thrown; anything undocumented fails the test.
    private static bool Survives(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception error) when (error is CorruptImageException or UnsupportedImageException or IOException)
        {
            return false;
        }
    }

    private static long[] MetadataPlaces(byte[] image)
    {
        Volume volume = Volume.Open(new MemoryDevice(image));
        List<long> places = [1024, 1024, 2048];
        for (uint inode = 2; inode < 40; inode++)
        {
            places.Add(volume.Groups.InodeLocation(inode));
        }

        // Blocks that hold directories, extent nodes or indirect blocks lie near the start of what mke2fs allocated.
        foreach (ByteRange used in Complement(ExtFileSystem.OpenForReading(new MemoryDevice(image)).UnusedRanges(), image.Length))
        {
            for (long offset = used.Start; offset < used.End - 1024 && places.Count < 900; offset += 1024)
            {
                places.Add(offset);
            }
        }

        return [.. places];
    }

    private static IEnumerable<ByteRange> Complement(IReadOnlyList<ByteRange> ranges, long length)
    {
        long position = 0;
        foreach (ByteRange range in ranges)
        {
            yield return ByteRange.FromBounds(position, range.Start);
            position = range.End;
        }

        yield return ByteRange.FromBounds(position, length);
    }

    private static void ReadEverything(IFileSystemReader files)
    {
        files.UnusedRanges();
        byte[] buffer = new byte[100_000];
        HashSet<NodeId> seen = [files.Root];
        Queue<NodeId> queue = new(seen);
        while (queue.TryDequeue(out NodeId directory))
        {
            foreach (DirectoryEntry entry in files.List(directory))
            {
                NodeInfo info = files.Stat(entry.Node);
                files.GetAttributes(entry.Node);
                if (info.Kind == NodeKind.File)
                {
                    files.Read(entry.Node, 0, buffer);
                    files.Read(entry.Node, info.Size - 10 < 0 ? 0 : info.Size - 10, buffer);
                    Survives(() => files.ContentRanges(entry.Node));
                }
                else if (info.Kind == NodeKind.SymbolicLink)
                {
                    files.ReadLink(entry.Node);
                }
                else if (info.Kind == NodeKind.Directory && seen.Add(entry.Node))
                {
                    queue.Enqueue(entry.Node);
                }
            }
        }
    }

    private static void EditSomething(IFileSystem files)
    {
        Survives(() => files.CreateFile(files.Root, "new", new NodeAttributes(0x1A4), new byte[3000]));
        Survives(() => files.CreateDirectory(files.Root, "directory", new NodeAttributes(0x1ED)));
        foreach (DirectoryEntry entry in files.List(files.Root).ToArray())
        {
            Survives(() => files.SetAttribute(entry.Node, "user.x", new byte[30]));
            Survives(() => files.WriteAt(entry.Node, 5000, new byte[3000]));
            Survives(() => files.SetLength(entry.Node, 4000));
            Survives(() => files.Unlink(files.Root, entry.Name));
        }

        files.Flush();
    }
}
