using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>
/// What inspect, a dry run and the documents of a run tell of a realigned guest beyond its partitions: which numbers were patched, and what still goes
/// by the order of disks. The guest is real: FAT with SYSLINUX's menu that fstab does not mention, and ext4 behind it, neither of them aligned.
/// </summary>
public sealed class RealignedGuestTests : IClassFixture<RealignedGuestTests.Disk>
{
    private const string Root = "11111111-2222-3333-4444-555555555555";

    private static readonly string[] References =
    [
        "/etc/fstab, line 2: /dev/sdb1",
        "/etc/default/grub, line 1: GRUB_DISABLE_LINUX_UUID=true",
        "/boot/grub/grub.cfg, line 5: set root=hd0,msdos2",
        "/boot/grub/grub.cfg, line 6: root=/dev/sda2",
        "/boot/grub/device.map, line 1: (hd0) /dev/sda",
        "partition 1: /syslinux.cfg, line 2: root=/dev/sda2",
    ];

    private readonly Disk _disk;

    public RealignedGuestTests(Disk disk) => _disk = disk;

    [Fact]
    public void Inspect_ListsWhatGoesByDeviceOrder()
    {
        using JsonDocument report = JsonDocument.Parse(CliProgram.Run("inspect", _disk.Image, "--json").Output);

        JsonElement[] findings = [.. report.RootElement.GetProperty("findings").EnumerateArray().Where(finding => finding.GetProperty("id").GetString() == "device-order")];
        findings.Select(finding => finding.GetProperty("where").GetString()).ShouldBe(References);
        findings.ShouldAllBe(finding => finding.GetProperty("severity").GetString() == "Note");
        findings[^1].GetProperty("text").GetString()!.ShouldEndWith("Instead, write root=UUID= or root=PARTUUID=, resume= and others likewise.");
    }

    [Fact]
    public void DryRun_ShowsPatchesAndDeviceOrder()
    {
        string output = CliProgram.Run("prepare", "--recipe", _disk.Recipe, "--base", _disk.Image, "--dry-run").EnsureSuccess("dry run").Output;

        output.ShouldContain("""
              Patched outside the table, to follow the move (sectors of the disk then):
              ~ sector 2048, byte 28: 63 becomes 2048
                sectors before the file system, in the FAT boot sector of partition 1
              ~ sector 2054, byte 28: 63 becomes 2048
                sectors before the file system, in the backup of the FAT32 boot sector of partition 1
            """);
        output.ShouldContain("device order: these stay");
        References.ShouldAllBe(reference => output.Contains("  " + reference + "\n", StringComparison.Ordinal));
    }

    [Fact]
    public void Documents_CarryBothAndAreTheSameEachTime()
    {
        string first = _disk.Prepare("first");
        string second = _disk.Prepare("second");

        string golden = File.ReadAllText(Path.Combine(first, "golden.json"));
        File.ReadAllText(Path.Combine(second, "golden.json")).ShouldBe(golden);
        foreach (string text in (string[])[golden, File.ReadAllText(Path.Combine(first, "report.json"))])
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement step = document.RootElement.GetProperty("steps")[0];
            step.GetProperty("patches").EnumerateArray().Select(patch => patch.GetRawText().Split('\n', StringSplitOptions.TrimEntries)).First().ShouldBe(
                ["{", "\"sector\": 2048,", "\"byte\": 28,", "\"what\": \"sectors before the file system, in the FAT boot sector of partition 1\",", "\"was\": 63,", "\"now\": 2048", "}"]);
            document.RootElement.GetProperty("deviceOrder").EnumerateArray()
                .Select(reference => $"{reference.GetProperty("file")}, line {reference.GetProperty("line")}: {reference.GetProperty("reference")}")
                .ShouldBe(References);
        }
    }

    [Fact]
    public void SecondRun_PatchesNothing()
    {
        string golden = Path.Combine(_disk.Prepare("again"), "golden.qcow2");

        string output = CliProgram.Run("prepare", "--recipe", _disk.Recipe, "--base", golden, "--dry-run").EnsureSuccess("dry run").Output;

        output.ShouldContain("repartition: already done");
        output.ShouldNotContain("Patched");
    }

    /// <summary>The disk of all tests here.</summary>
    public sealed class Disk : IDisposable
    {
        private const int Sector = 512;
        private const int MiB = 1 << 20;

        private readonly ScratchFolder _scratch = new();

        public Disk()
        {
            OutsideTool.Require("sfdisk", "mke2fs", "mkfs.fat", "mcopy");
            string root = Directory.CreateDirectory(Scratch("root")).FullName;
            Write(root, "etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
            Write(root, "usr/lib/systemd/systemd", "elf");
            Write(root, "etc/fstab", $"UUID={Root} / ext4 defaults 0 1\n/dev/sdb1 /data ext4 noauto 0 0\n");
            Write(root, "etc/default/grub", "GRUB_DISABLE_LINUX_UUID=true\n");
            Write(root, "boot/grub/device.map", "(hd0)\t/dev/sda\n");
            Write(root, "boot/grub/grub.cfg", $"set root='hd0,msdos2'\nsearch --fs-uuid --set=root {Root}\n\nmenuentry 'one' {{\n  set root='hd0,msdos2'\n  linux /vmlinuz root=/dev/sda2 ro\n}}\n");
            Write(_scratch.Path, "syslinux.cfg", "LABEL linux\n  APPEND root=/dev/sda2\n");
            Write(_scratch.Path, "realign.yaml", "name: realign\nsummary: Moves partitions and nothing else\nsteps:\n  repartition: {}\n");
            using RawFile disk = PartitioningTools.MakeWithSfdisk(Image, 72 * MiB, "label: dos\nstart=63, size=81920, type=c\nstart=81983, size=49152, type=83\n");
            RawFile.Create(Scratch("fat"), 40 * MiB).Dispose();
            OutsideTool.Run("mkfs.fat", "-F", "32", "-h", "63", Scratch("fat")).EnsureSuccess("mkfs.fat");
            OutsideTool.Run("mcopy", "-i", Scratch("fat"), Scratch("syslinux.cfg"), "::").EnsureSuccess("mcopy");
            OutsideTool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-U", Root, "-d", root, Scratch("ext"), "24M").EnsureSuccess("mke2fs");
            disk.WriteAt(63 * Sector, File.ReadAllBytes(Scratch("fat")));
            disk.WriteAt(81983 * Sector, File.ReadAllBytes(Scratch("ext")));
        }

        public string Image => Scratch("disk.img");

        public string Recipe => Scratch("realign.yaml");

        public string Scratch(string name) => _scratch.File(name);

        /// <summary>Prepares the disk into a folder, and returns that.</summary>
        public string Prepare(string name)
        {
            CliProgram.Run("prepare", "--recipe", Recipe, "--base", Image, "--out", Scratch(name)).EnsureSuccess("prepare");
            return Scratch(name);
        }

        public void Dispose() => _scratch.Dispose();

        private static void Write(string folder, string name, string content)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }
    }
}
