using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.Storage.FileSystems.Fat.Directories;
using ImagePrep.Storage.FileSystems.Fat.Structures;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>Small sound images with some content, to be damaged or edited by one test each.</summary>
internal sealed class FatImage
{
    public const string LongName = "a rather long name.config";

    public static readonly UnixTime Time = new(1_700_000_000);

    private static readonly Lazy<byte[]> Small12 = new(() => Make("fat12-alpine"));
    private static readonly Lazy<byte[]> Small16 = new(() => Make("fat16-small"));
    private static readonly Lazy<byte[]> Small32 = new(() => Make("fat32-few-clusters"));

    private readonly MemoryDevice _device;

    private FatImage(byte[] bytes)
    {
        Bytes = bytes;
        _device = new MemoryDevice(bytes);
        Volume = FatVolume.Open(_device);
    }

    public byte[] Bytes { get; }

    public IBlockDevice Device => _device;

    /// <summary>As it was when the image was made.</summary>
    public FatVolume Volume { get; }

    /// <param name="bits">12, 16 or 32.</param>
    public static FatImage Of(int bits)
    {
        OutsideTool.Require("mkfs.fat");
        return new FatImage([.. (bits switch { 12 => Small12, 16 => Small16, _ => Small32 }).Value]);
    }

    public IFileSystem Edit() => FatFileSystem.OpenForEditing(_device, Time);

    public IFileSystemReader Read() => FatFileSystem.OpenForReading(_device);

    /// <summary>Sets an entry in every copy of the table.</summary>
    public void SetEntry(uint cluster, uint value)
    {
        FatVolume volume = FatVolume.Open(_device);
        ImagePrep.Storage.FileSystems.Editing.DeviceUndo log = new(_device);
        volume.Table.Set(cluster, value);
        volume.Table.WriteChanges(log);
    }

    public uint Entry(uint cluster) => FatVolume.Open(_device).Table[cluster];

    public FatDirectory Directory(string name = "") => name.Length == 0
        ? FatDirectory.LoadRoot(Volume)
        : FatDirectory.Load(Volume, FirstCluster(name));

    public uint FirstCluster(string name) => Directory().Find(name).ShouldNotBeNull().Record.FirstCluster(Volume.Boot.Type);

    /// <summary>Changes the record of a name in the root directory.</summary>
    public void PatchRecord(string name, Action<DirectoryRecord> change)
    {
        FatDirectory root = Directory();
        FatEntry entry = root.Find(name).ShouldNotBeNull();
        change(entry.Record);
        _device.WriteAt(root.PositionOf(entry.Offset), entry.Record.Raw);
    }

    /// <summary>Writes bytes into a directory.</summary>
    public void PatchDirectory(string name, int offset, params byte[] bytes)
    {
        FatDirectory directory = Directory(name);
        int record = offset / DirectoryRecord.Size * DirectoryRecord.Size;
        _device.WriteAt(directory.PositionOf(record) + offset - record, bytes);
    }

    /// <summary>Fails when a byte differs. Quicker than comparing element by element.</summary>
    public void ShouldStillBe(byte[] before) => Bytes.AsSpan().SequenceEqual(before).ShouldBeTrue("the image was changed");

    /// <summary>Writes the image to a file, for fsck.fat.</summary>
    public string Save(ScratchFolder scratch)
    {
        string path = scratch.File("saved.img");
        File.WriteAllBytes(path, Bytes);
        return path;
    }

    private static byte[] Make(string shape)
    {
        using ScratchFolder scratch = new();
        string path = FatShape.Of(shape).Make(scratch);
        using (FileDevice device = new(path))
        {
            IFileSystem files = FatFileSystem.OpenForEditing(device, Time);
            NodeAttributes plain = new(0x1A4);
            int cluster = files.Summary.BlockSize;
            files.CreateFile(files.Root, "CMDLINE.TXT", plain, "console=tty1 root=/dev/mmcblk0p2\n"u8);
            files.CreateFile(files.Root, LongName, plain, Enumerable.Repeat((byte)7, (4 * cluster) + 100).ToArray());
            files.CreateFile(files.Root, "other.bin", plain, Enumerable.Repeat((byte)9, 3 * cluster).ToArray());
            files.CreateFile(files.Root, "empty", plain, []);
            NodeId directory = files.CreateDirectory(files.Root, "overlays", plain);
            NodeId inner = files.CreateDirectory(directory, "inner", plain);
            files.CreateFile(inner, "deep file.dtbo", plain, "deep"u8);
            files.Flush();
        }

        FsckFat.ShouldBeSilent(path);
        return File.ReadAllBytes(path);
    }
}
