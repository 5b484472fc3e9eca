using ImagePrep.Catalog;
using ImagePrep.Containers;
using ImagePrep.Guests;
using ImagePrep.Inspection;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Guests;

/// <summary>A disk as a Raspberry Pi has it, made by real tools: FAT at /boot/firmware by the guest's fstab, ext4 as its root.</summary>
public sealed class FatMountTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const string CommandLine = "/boot/firmware/cmdline.txt";

    private static readonly UnixTime Time = new(1_700_000_000);

    private readonly ScratchFolder _scratch = new();

    [Fact]
    public void Edit_ThroughTheMount_IsKeptOnceAndChecked()
    {
        string path = MakeDisk();
        using DiskImage image = DiskImage.Open(path, DiskFormat.Raw);
        PartitionTable table = PartitionTable.Read(image);
        GuestDisk disk = GuestDisk.Open(image, table, Time);

        disk.Files.ReadText(CommandLine).ShouldBe("root=/dev/mmcblk0p2\n");
        disk.Files.Exists("/boot/firmware/CMDLINE.TXT").ShouldBeTrue();
        disk.Files.PutFile(CommandLine, "root=/dev/mmcblk0p2 quiet\n", 0x1A4);
        disk.Files.PutFile("/boot/firmware/imageprep/a long name.conf", "x=1\n", 0x180);
        disk.Files.TakeChanges().Select(change => change.Kind).ShouldBe([GuestChangeKind.Changed, GuestChangeKind.Created, GuestChangeKind.Created]);

        // Modes that FAT does not keep are no reason to change anything again.
        disk.Files.PutFile(CommandLine, "root=/dev/mmcblk0p2 quiet\n", 0x1A4);
        disk.Files.PutFile("/boot/firmware/imageprep/a long name.conf", "x=1\n", 0x180);
        disk.Files.TakeChanges().ShouldBeEmpty();
        disk.Files.PutFile(CommandLine, "root=/dev/mmcblk0p2 quiet\n", 0x124);
        disk.Files.TakeChanges().ShouldHaveSingleItem().Kind.ShouldBe(GuestChangeKind.Changed);
        Should.Throw<UnsupportedImageException>(() => disk.Files.PutLink(GuestPath.Parse("/boot/firmware/link"), "x"));
        disk.Files.Flush();

        MaskedReader golden = new(disk.Device, disk.Erase(bootGap: [], loaded: []).Ranges);
        Partition firmware = table.Partitions[0];
        BlockSlice slice = new(golden, firmware.Range);
        FileSystemDriver.Find(slice).ShouldNotBeNull().Verify(slice).ShouldBeEmpty();
        string written = _scratch.File("firmware.img");
        File.WriteAllBytes(written, slice.ReadBytes(0, (int)slice.Length));
        FsckFat.ShouldBeSilent(written);
        OutsideTool.Run("mtype", ["-i", written, "::/cmdline.txt"]).Output.ShouldBe("root=/dev/mmcblk0p2 quiet\n");
    }

    [Fact]
    public void Erase_RemovedNames_AreCounted()
    {
        string path = MakeDisk();
        OutsideTool.Require("mdel");
        foreach (string name in new[] { "a long name that is removed.txt", "short.txt", "stays.txt" })
        {
            OutsideTool.Run("mcopy", ["-i", $"{path}@@1M", _scratch.File("cmdline.txt"), $"::/{name}"]).EnsureSuccess("mcopy");
        }

        OutsideTool.Run("mdel", ["-i", $"{path}@@1M", "::/a long name that is removed.txt", "::/short.txt"]).EnsureSuccess("mdel");
        using DiskImage image = DiskImage.Open(path, DiskFormat.Raw);
        GuestDisk disk = GuestDisk.Open(image, PartitionTable.Read(image), Time);

        disk.Erase(bootGap: [], loaded: []).Partitions.Single(partition => partition.Number == 1).Leftovers.ShouldBe(new ErasedLeftovers(Nodes: 0, Names: 2));
    }

    [Fact]
    public void Inspect_NamesTheFileSystemAndItsMount()
    {
        string path = MakeDisk();
        using ImageSource image = ImageSource.Open([path], DeclaredFormat.Raw, Path.GetTempPath(), TestContext.Current.CancellationToken);

        InspectionReport report = DiskInspector.Inspect(image, GuestCatalog.BuiltIn);
        PartitionInspection firmware = report.Partitions[0];

        firmware.Content.ShouldBe("vfat");
        firmware.Variant.ShouldBe("FAT16");
        firmware.Label.ShouldBe("BOOTFS");
        firmware.Uuid.ShouldBe("1234-ABCD");
        firmware.MountPoint.ShouldBe("/boot/firmware");
        firmware.FreeBytes.ShouldBeInRange(MiB, 16 * MiB);
        firmware.Refusal.ShouldBeEmpty();
        report.Findings.Where(finding => finding.Id == "device-order").Select(finding => finding.Where)
            .ShouldBe(["/boot/firmware/cmdline.txt, line 1: root=/dev/mmcblk0p2"]);
    }

    [Fact]
    public void Edit_DamagedFat_IsRefusedAndInspectSaysSo()
    {
        string path = MakeDisk();
        using (FileDevice device = new(path))
        {
            // The second copy of the table differs from the first.
            BlockDeviceSlice slice = new(device, new ByteRange(MiB, 16 * MiB));
            byte[] boot = slice.ReadBytes(0, 512);
            int reserved = BitConverter.ToUInt16(boot, 14);
            int tableSectors = BitConverter.ToUInt16(boot, 22);
            slice.WriteAt(((reserved + tableSectors) * 512L) + 100, [0x55]);
        }

        using DiskImage image = DiskImage.Open(path, DiskFormat.Raw);
        PartitionTable table = PartitionTable.Read(image);
        Should.Throw<UnsupportedImageException>(() => GuestDisk.Open(image, table, Time)).Kind.ShouldBe(UnsupportedKind.NeedsRepair);
        PartitionContent.Inspect(image, table)[0].Refusal.ShouldContain("differs from FAT 1");
    }

    public void Dispose() => _scratch.Dispose();

    private string MakeDisk()
    {
        OutsideTool.Require("mkfs.fat", "fsck.fat", "mcopy", "mtype", "mke2fs", "sfdisk");
        string folder = _scratch.File("root");
        Directory.CreateDirectory(Path.Combine(folder, "etc"));
        Directory.CreateDirectory(Path.Combine(folder, "usr/lib/systemd"));
        Directory.CreateDirectory(Path.Combine(folder, "boot/firmware"));
        File.WriteAllText(Path.Combine(folder, "etc/os-release"), "ID=debian\nVERSION_ID=\"12\"\n");
        File.WriteAllText(Path.Combine(folder, "etc/fstab"), "UUID=1234-ABCD /boot/firmware vfat defaults 0 2\n");
        File.WriteAllText(Path.Combine(folder, "usr/lib/systemd/systemd"), "elf");
        string firmware = _scratch.File("fat");
        string root = _scratch.File("ext");
        string line = _scratch.File("cmdline.txt");
        File.WriteAllText(line, "root=/dev/mmcblk0p2\n");
        OutsideTool.Run("truncate", ["-s", "16M", firmware]).EnsureSuccess("truncate");
        OutsideTool.Run("mkfs.fat", ["-F", "16", "-i", "1234ABCD", "-n", "BOOTFS", firmware]).EnsureSuccess("mkfs.fat");
        OutsideTool.Run("mcopy", ["-i", firmware, line, "::/cmdline.txt"]).EnsureSuccess("mcopy");
        OutsideTool.Run("mke2fs", ["-q", "-F", "-t", "ext4", "-d", folder, root, "16M"]).EnsureSuccess("mke2fs");
        string path = _scratch.File("disk.img");
        byte[] disk = new byte[34 * MiB];
        File.ReadAllBytes(firmware).CopyTo(disk, MiB);
        File.ReadAllBytes(root).CopyTo(disk, 17 * MiB);
        File.WriteAllBytes(path, disk);
        OutsideTool.Run("sfdisk", ["-q", path], input: "label: dos\nstart=2048, size=32768, type=c\nstart=34816, size=32768, type=83\n"u8.ToArray()).EnsureSuccess("sfdisk");
        return path;
    }
}
