using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.TestKit;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Opens a FAT volume, checks it, reads all of it, and edits what may be edited. What a check calls sound must stay sound.</summary>
internal sealed class FatTarget() : FuzzTarget("fat")
{
    private readonly byte[] _buffer = new byte[8192];

    public override bool MayChangeLength => false;

    public override void Execute(Memory<byte> input)
    {
        OverlayDevice device = new(new MemoryDevice(input));
        Survives(() => FatCheck.Verify(device));
        IFileSystemReader reader = FatFileSystem.OpenForReading(device);
        Read(reader, reader.Root, depth: 0);
        IFileSystem files = FatFileSystem.OpenForEditing(device, new UnixTime(1_700_000_001));
        Survives(() => files.CreateFile(files.Root, "A long name for a new file.txt", new NodeAttributes(0x1A4), _buffer));
        Survives(() => files.Unlink(files.Root, "Another long name.txt"));
        Survives(() => files.CreateDirectory(files.Root, "made", new NodeAttributes(0x1ED)));
        Survives(() => files.Rename(files.Root, "folder", Find(files, "made"), "A folder that moved"));
        files.Flush();
        if (FatCheck.Verify(device) is { Count: > 0 } problems)
        {
            throw new BrokenPromiseException($"opened for editing, and not sound afterwards: {problems[0]}");
        }
    }

    protected override IReadOnlyList<Seed> MakeSeeds() => [Make("12", 256), Make("16", 2400), Make("32", 512)];

    private static NodeId Find(IFileSystemReader files, FileName name) =>
        files.TryLookup(files.Root, name, out NodeId node) ? node : throw new FileNotFoundException($"There is no {name}.");

    private void Read(IFileSystemReader files, NodeId directory, int depth)
    {
        List<DirectoryEntry> entries = [];
        Survives(() => entries.AddRange(files.List(directory)));
        foreach (DirectoryEntry entry in entries)
        {
            Survives(() => files.Stat(entry.Node));
            if (entry.Kind == NodeKind.Directory && depth < 4)
            {
                Read(files, entry.Node, depth + 1);
            }
            else if (entry.Kind == NodeKind.File)
            {
                Survives(() => files.Read(entry.Node, 0, _buffer));
                Survives(() => files.ContentRanges(entry.Node));
            }
        }
    }

    /// <summary>Boot sector, the start of the first FAT, and the root directory where it begins with these options.</summary>
    private static Seed Make(string bits, int kibibytes)
    {
        OutsideTool.Require("mkfs.fat");
        using ScratchFolder scratch = new();
        string path = scratch.File("seed.img");
        OutsideTool.Run("mkfs.fat", "-F", bits, "-s", "1", "-R", bits == "32" ? "32" : "1", "-C", "-i", "1234abcd", path, $"{kibibytes}").EnsureSuccess("mkfs.fat");
        byte[] image = File.ReadAllBytes(path);
        IFileSystem files = FatFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000));
        NodeId folder = files.CreateDirectory(files.Root, "folder", new NodeAttributes(0x1ED));
        files.CreateFile(files.Root, "Another long name.txt", new NodeAttributes(0x1ED), new byte[3000]);
        files.CreateFile(folder, "plain.bin", new NodeAttributes(0x1ED), new byte[1500]);
        files.Flush();
        int reserved = BitConverter.ToUInt16(image, 0x0E) * 512;
        int fat = (bits == "32" ? BitConverter.ToInt32(image, 0x24) : BitConverter.ToUInt16(image, 0x16)) * 512;
        int root = reserved + (2 * fat);
        return new Seed(image, [new HotRange(0, 96), new HotRange(reserved, 96), new HotRange(reserved + fat, 96), new HotRange(root, 256)]);
    }
}
