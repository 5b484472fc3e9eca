using System.Buffers.Binary;
using System.Globalization;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests.Hostile;

/// <summary>A small guest on a disk without a partition table, for tests of what a guest's own files can do.</summary>
internal sealed class GuestImage
{
    public const string Shadow = "root:*:of the guest\n";

    /// <summary>A terminal's title is set and its colours change when this is printed as it is.</summary>
    public const string Escapes = "\e]0;x\a\e[31m";

    private const int BlockSize = 1024;

    private GuestImage(string path) => Path = path;

    public string Path { get; }

    /// <param name="path">Of the image.</param>
    /// <param name="fill">Puts files into the folder that becomes the root.</param>
    public static GuestImage Make(string path, Action<string> fill)
    {
        string root = path + ".root";
        foreach (string folder in new[] { "etc", "sbin", "boot/efi" })
        {
            Directory.CreateDirectory(System.IO.Path.Combine(root, folder));
        }

        File.WriteAllText(root + "/etc/os-release", $"ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"{Escapes}Debian\"\n");
        File.WriteAllText(root + "/etc/shadow", Shadow);
        File.WriteAllText(root + "/etc/fstab", "/dev/sda1 /boot/efi vfat defaults 0 2\n");
        File.WriteAllText(root + "/sbin/init", "x");
        fill(root);
        OutsideTool.Run(
            "mke2fs", "-q", "-F", "-t", "ext4", "-b", $"{BlockSize}", "-O", "^metadata_csum,^has_journal", "-L", "\e[31mlabel", "-d", root, path, "8M").EnsureSuccess("mke2fs");
        return new GuestImage(path);
    }

    public void Debugfs(string command) => OutsideTool.Run("debugfs", "-w", "-R", command, Path).EnsureSuccess("debugfs");

    /// <summary>Gives a file an extent tree whose index block leads to itself.</summary>
    public void KnotExtents(string file)
    {
        const int blockAreaOffset = 40;
        string place = OutsideTool.Run("debugfs", "-R", $"imap {file}", Path).EnsureSuccess("debugfs").Output;
        string[] words = place.Split([' ', ',', '\n'], StringSplitOptions.RemoveEmptyEntries);
        int block = int.Parse(words[Array.LastIndexOf(words, "block") + 1], CultureInfo.InvariantCulture);
        int offset = System.Convert.ToInt32(words[Array.IndexOf(words, "offset") + 1], 16);
        byte[] bytes = File.ReadAllBytes(Path);
        int last = (bytes.Length / BlockSize) - 1;
        WriteIndex(bytes.AsSpan((block * BlockSize) + offset + blockAreaOffset), max: 4, depth: 2, last);
        WriteIndex(bytes.AsSpan(last * BlockSize), max: 84, depth: 1, last);
        File.WriteAllBytes(Path, bytes);
    }

    /// <summary>Puts the file system behind a FAT partition, on which the chain of one file leads back to its start.</summary>
    public void AddFatWithLoop()
    {
        const int fatStart = 1 << 20;
        const int rootStart = 8 << 20;
        string fat = Path + ".fat";
        OutsideTool.Run("mkfs.fat", "-F", "16", "-s", "1", "-C", fat, "4096").EnsureSuccess("mkfs.fat");
        byte[] volume = File.ReadAllBytes(fat);
        IFileSystem files = FatFileSystem.OpenForEditing(new MemoryDevice(volume), new UnixTime(1_700_000_000));
        files.CreateFile(files.Root, "LOOP.BIN", new NodeAttributes(0x1ED), new byte[2000]);
        files.Flush();
        int table = BinaryPrimitives.ReadUInt16LittleEndian(volume.AsSpan(0x0E)) * 512;
        BinaryPrimitives.WriteUInt16LittleEndian(volume.AsSpan(table + (3 * sizeof(ushort))), 2);

        byte[] root = File.ReadAllBytes(Path);
        byte[] disk = new byte[rootStart + root.Length];
        HostileDisks.PutEntry(disk, 0, 0, 0xEF, fatStart / 512, (uint)volume.Length / 512);
        HostileDisks.PutEntry(disk, 0, 1, 0x83, rootStart / 512, (uint)root.Length / 512);
        volume.CopyTo(disk, fatStart);
        root.CopyTo(disk, rootStart);
        File.WriteAllBytes(Path, disk);
        File.Delete(fat);
    }

    private static void WriteIndex(Span<byte> node, ushort max, ushort depth, int child)
    {
        node[..24].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(node, 0xF30A);
        BinaryPrimitives.WriteUInt16LittleEndian(node[2..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(node[4..], max);
        BinaryPrimitives.WriteUInt16LittleEndian(node[6..], depth);
        BinaryPrimitives.WriteInt32LittleEndian(node[16..], child);
    }
}
