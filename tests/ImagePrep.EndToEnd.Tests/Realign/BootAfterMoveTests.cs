using System.Text.RegularExpressions;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Realign;

/// <summary>
/// Disks with every boot loader there is a rule for, installed by its own tools on partitions that are not aligned: realigned by the program, booted in
/// QEMU, and compared with what they were.
/// </summary>
public sealed partial class BootAfterMoveTests : IDisposable
{
    private const string Recipe = "name: realign\nsummary: Moves partitions and nothing else\nsteps:\n  repartition: {}\n";

    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(8);

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("bios-boot", "/dev/vda2", 4096)]
    [InlineData("blocklist", "/dev/vda1", 2048)]
    [InlineData("logical", "/dev/vda6", 36864)]
    [InlineData("extlinux", "/dev/vda1", 2048)]
    [InlineData("syslinux", "/dev/vda2", 303104)]
    [InlineData("efi", "/dev/vda2", 102400)]
    public void Disk_AfterTheMove_BootsAndHoldsWhatItHeld(string kind, string device, long start)
    {
        OutsideTool.Require("qemu-system-x86_64", "qemu-img", "sfdisk", "mount", "getfattr", "mcopy");
        string before = TestKit.RealBase.Bootable(kind);
        string after = Realign(before);

        RawDisk was = new(before);
        RawDisk now = new(after);
        now.Starts.ShouldAllBe(sector => sector % 2048 == 0);
        now.WithoutStarts.ShouldBe(was.WithoutStarts);
        now.ShouldBeAsSoundAs(was);
        now.Contents(_scratch).ShouldBe(was.Contents(_scratch));
        Boot(after, kind).ShouldEndWith($"BOOTED device={device} start={start} root=of-{kind}");
    }

    private static string Boot(string disk, string kind)
    {
        const string Ovmf = "/usr/share/ovmf/OVMF.fd";
        if (kind == "efi" && !File.Exists(Ovmf))
        {
            Assert.Skip($"not installed: {Ovmf} (tests/tools.sh installs it)");
        }

        using QemuGuest guest = QemuGuest.Start(new QemuOptions { Image = disk, MemoryMiB = 512, Firmware = kind == "efi" ? Ovmf : null });
        return guest.WaitForLine("BOOTED", BootLimit);
    }

    private string Realign(string image)
    {
        string recipe = _scratch.File("realign.yaml");
        File.WriteAllText(recipe, Recipe);
        CliProgram.Run("prepare", "--recipe", recipe, "--base", image, "--out", _scratch.File("out")).EnsureSuccess("imageprep prepare");
        string raw = _scratch.File("golden.raw");
        OutsideTool.Run("qemu-img", ["convert", "-O", "raw", _scratch.File("out/golden.qcow2"), raw], seconds: 300).EnsureSuccess("qemu-img convert");
        return raw;
    }

    /// <summary>A disk as sfdisk, the checkers and the kernel see it.</summary>
    private sealed partial class RawDisk
    {
        private const int SectorSize = 512;

        private readonly string _path;
        private readonly string[] _lines;

        public RawDisk(string path)
        {
            _path = path;
            _lines = [.. OutsideTool.Run("sfdisk", "--dump", path).EnsureSuccess("sfdisk --dump").Output.Split('\n')
                .Where(line => line.StartsWith(path, StringComparison.Ordinal) || line.StartsWith("label", StringComparison.Ordinal))
                .Select(line => line.Replace(path, "disk", StringComparison.Ordinal))];
        }

        /// <summary>Of what holds data: an extended partition is a frame, and sfdisk reports it all the same.</summary>
        public IReadOnlyList<long> Starts => [.. Partitions().Select(partition => partition.Start)];

        public string[] WithoutStarts => [.. _lines.Select(line => StartField().Replace(line, "start="))];

        public void ShouldBeAsSoundAs(RawDisk before)
        {
            ToolResult verify = OutsideTool.Run("sfdisk", "--verify", _path);
            (verify.Output + verify.Error).ShouldContain("No errors detected");
            if (_lines.Contains("label: gpt"))
            {
                OutsideTool.Require("sgdisk");
                OutsideTool.Run("sgdisk", "-v", _path).EnsureSuccess("sgdisk -v").Output.ShouldContain("No problems found");
            }

            foreach (((long start, long size, string type), (long startBefore, _, _)) in Partitions().Zip(before.Partitions()))
            {
                if (type is "83" or "0FC63DAF-8483-4772-8E79-3D69D8477DE4")
                {
                    E2fsck.ShouldBeSilent($"{_path}?offset={start * SectorSize}");
                }
                else if (IsFat(type))
                {
                    // SYSLINUX leaves the backup of its boot sector as it was, which fsck.fat remarks on.
                    using ScratchFolder scratch = new();
                    FsckFat.Complaints(Copy(start, size, scratch.File("fat.img"))).ShouldBe(FsckFat.Complaints(before.Copy(startBefore, size, scratch.File("before.img"))));
                }
            }
        }

        /// <summary>Every file of every partition with its owner, mode, times, links, attributes and digest, one a line.</summary>
        public string Contents(ScratchFolder scratch) => string.Join('\n', Partitions().Select(partition => Contents(partition.Start, partition.Size, partition.Type, scratch)));

        private string Contents(long start, long size, string type, ScratchFolder scratch)
        {
            string folder = scratch.File($"tree-{Guid.NewGuid():N}");
            Directory.CreateDirectory(folder);
            if (IsFat(type))
            {
                // The kernel here may know no FAT; mtools keeps times with -m.
                string volume = Copy(start, size, scratch.File($"{Guid.NewGuid():N}.img"));
                OutsideTool.Run("mcopy", "-s", "-m", "-n", "-i", volume, "::", folder).EnsureSuccess("mcopy");
                return Listing(folder);
            }

            if (type is not ("83" or "0FC63DAF-8483-4772-8E79-3D69D8477DE4"))
            {
                return type;
            }

            using KernelMount mount = new(_path, $"ro,offset={start * SectorSize},sizelimit={size * SectorSize}");
            return Listing(mount.Folder);
        }

        // GRUB's core.img holds the list of its own sectors, which has to differ; that it is the same otherwise is shown by its booting.
        private static string Listing(string folder) => OutsideTool.Run(
            "sh", "-c", "cd \"$1\" && find . -printf '%p %y %m %U:%G %s %n %T@ %l\\n' | sort && find . -type f ! -path ./boot/grub/i386-pc/core.img -exec sha256sum {} + | sort && getfattr -R -h -d -m - . | sort", "sh", folder)
            .EnsureSuccess("listing").Output;

        private string Copy(long start, long size, string target)
        {
            OutsideTool.Run("dd", $"if={_path}", $"of={target}", $"bs={SectorSize}", $"skip={start}", $"count={size}", "conv=sparse", "status=none").EnsureSuccess("dd");
            return target;
        }

        private static bool IsFat(string type) => type is "c" or "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

        private IEnumerable<(long Start, long Size, string Type)> Partitions() => _lines
            .Select(line => PartitionLine().Match(line))
            .Where(match => match.Success)
            .Select(match => (long.Parse(match.Groups[1].Value), long.Parse(match.Groups[2].Value), match.Groups[3].Value));

        [GeneratedRegex(@"start=\s*(\d+)")]
        private static partial Regex StartField();

        [GeneratedRegex(@"start=\s*(\d+), size=\s*(\d+), type=([0-9A-Fa-f-]+)")]
        private static partial Regex PartitionLine();
    }
}
