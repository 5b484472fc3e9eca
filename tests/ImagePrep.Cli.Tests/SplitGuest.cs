using System.Globalization;
using System.Text.RegularExpressions;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>
/// A disk as cloud images have it, with more on it: six partitions whose numbers are not in disk order, a guest spread over four file systems, and names
/// and sizes that are awkward to show.
/// </summary>
internal sealed class SplitGuest : IDisposable
{
    public const long BigFileLength = 3L << 30;

    private const string RootUuid = "11111111-2222-3333-4444-555555555555";
    private const string BootPartition = "aaaaaaaa-0000-4000-8000-000000000001";

    private readonly ScratchFolder _scratch = new();

    public SplitGuest()
    {
        OutsideTool.Require("sgdisk", "mke2fs", "mkfs.vfat", "mmd", "mcopy", "mkswap");
        string root = Folder("root");
        Write(root, "etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian\"\n");
        Write(root, "usr/lib/systemd/systemd", "elf");
        Write(root, "etc/fstab", $"""
            # by every kind of name
            UUID={RootUuid} / ext4 defaults 0 1
            PARTUUID={BootPartition} /boot ext4 defaults 0 2
            UUID=ABCD-1234 /boot/efi vfat umask=0077 0 1
            LABEL=DATA /mnt/data ext4 defaults 0 2
            tmpfs /tmp tmpfs nosuid 0 0
            /mnt/data/srv /srv none bind 0 0
            /dev/vda4 none swap sw 0 0

            """);
        Write(root, "srv/a\u001b[31mred\nname", "x");
        Directory.CreateDirectory(Path.Combine(root, "boot"));
        Directory.CreateDirectory(Path.Combine(root, "mnt/data"));
        Directory.CreateDirectory(Path.Combine(root, "tmp"));
        string boot = Folder("boot");
        Write(boot, "vmlinuz", "kernel");
        Directory.CreateDirectory(Path.Combine(boot, "efi"));
        string data = Folder("data");
        File.CreateSymbolicLink(Path.Combine(data, "esp"), "/boot/efi/EFI");
        File.CreateSymbolicLink(Path.Combine(data, "kernel"), "../../boot/vmlinuz");
        File.CreateSymbolicLink(Path.Combine(data, "dangling"), "/nowhere");
        File.CreateSymbolicLink(Path.Combine(data, "loop"), "loop");
        using (FileStream big = File.Create(Path.Combine(data, "big")))
        {
            big.SetLength(BigFileLength);
            big.Write("begin"u8);
        }

        MakeDisk(root, boot, data);
    }

    /// <summary>The raw image.</summary>
    public string Image => _scratch.File("disk.img");

    public string Scratch(string name) => _scratch.File(name);

    public void Dispose() => _scratch.Dispose();

    private void MakeDisk(string root, string boot, string data)
    {
        using RawFile disk = PartitioningTools.MakeWithSgdisk(
            Image,
            200L << 20,
            "-n", "14:2048:+1M", "-t", "14:ef02", "-n", "15:0:+20M", "-t", "15:ef00", "-n", "2:0:+30M", "-u", $"2:{BootPartition}", "-t", "2:ea00",
            "-n", "4:0:+8M", "-t", "4:8200", "-n", "1:0:+60M", "-n", "3:0:+40M");
        Put(disk, 1, Ext("root.fs", 60, root, "-U", RootUuid));
        Put(disk, 2, Ext("boot.fs", 30, boot));
        Put(disk, 3, Ext("data.fs", 40, data, "-L", "DATA"));
        string swap = Empty("swap", 8);
        OutsideTool.Run("mkswap", "-L", "memory", swap).EnsureSuccess("mkswap");
        Put(disk, 4, swap);
        string esp = Empty("esp", 20);
        OutsideTool.Run("mkfs.vfat", "-i", "ABCD1234", "-n", "ESP", esp).EnsureSuccess("mkfs.vfat");
        Write(_scratch.Path, "grub", "loader");
        OutsideTool.Run("mmd", "-i", esp, "::EFI").EnsureSuccess("mmd");
        OutsideTool.Run("mcopy", "-i", esp, _scratch.File("grub"), "::EFI/grubx64.efi").EnsureSuccess("mcopy");
        Put(disk, 15, esp);
    }

    private void Put(RawFile disk, int number, string fileSystem)
    {
        string shown = OutsideTool.Run("sgdisk", "-i", number.ToString(CultureInfo.InvariantCulture), disk.Path).EnsureSuccess("sgdisk -i").Output;
        long start = long.Parse(Regex.Match(shown, @"First sector: (?<sector>\d+)", RegexOptions.NonBacktracking).Groups["sector"].Value, CultureInfo.InvariantCulture);
        disk.WriteAt(start * 512, File.ReadAllBytes(fileSystem));
    }

    private string Ext(string name, int megabytes, string content, params string[] more)
    {
        string path = Empty(name, megabytes);
        OutsideTool.Run("mke2fs", ["-q", "-F", "-t", "ext4", "-d", content, .. more, path]).EnsureSuccess("mke2fs");
        return path;
    }

    private string Empty(string name, int megabytes)
    {
        RawFile.Create(_scratch.File(name), (long)megabytes << 20).Dispose();
        return _scratch.File(name);
    }

    private string Folder(string name) => Directory.CreateDirectory(_scratch.File(name)).FullName;

    private static void Write(string folder, string name, string content)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
