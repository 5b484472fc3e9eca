using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>The golden image made of a real Debian base, judged by other projects' tools.</summary>
public sealed partial class GoldenImageTests(PreparedDebian debian) : IClassFixture<PreparedDebian>
{
    private const int SectorSize = 512;

    [Fact]
    public void Base_AfterPreparation_IsUnchanged()
    {
        string before = PreparedDebian.Digest(PreparedDebian.BaseImage);
        _ = debian.Output;

        PreparedDebian.Digest(PreparedDebian.BaseImage).ShouldBe(before);
    }

    [Fact]
    public void Partitions_AreAligned_AndKeepWhatTheyAre()
    {
        OutsideTool.Require("sfdisk", "qemu-img");
        string[] before = Dump(debian.ToRaw(PreparedDebian.BaseImage, "base.raw"));
        string[] after = Dump(debian.GoldenRaw);

        // Label, identifier, numbers, sizes, types and flags: everything but the start.
        after.Select(WithoutStart).ShouldBe(before.Select(WithoutStart));
        long[] starts = [.. after.Select(line => StartField().Match(line)).Where(match => match.Success).Select(match => long.Parse(match.Groups[1].Value))];
        starts.Length.ShouldBe(3);
        starts.ShouldAllBe(start => start * SectorSize % (1 << 20) == 0);
        OutsideTool.Run("sfdisk", "--verify", debian.GoldenRaw).Output.ShouldNotContain("does not start on physical sector boundary");
    }

    [Fact]
    public void QemuImg_FindsNoFault()
    {
        foreach (string image in (string[])[debian.Golden, debian.Node("alpha"), debian.Node("beta"), debian.Node("gamma")])
        {
            ToolResult result = OutsideTool.Run("qemu-img", "check", image);
            result.ExitCode.ShouldBe(0, result.Output + result.Error);
            result.Output.ShouldContain("No errors were found on the image.");
        }
    }

    [Fact]
    public void E2fsck_IsSilent_OnEveryFileSystem()
    {
        OutsideTool.Require("e2fsck", "sfdisk");
        int checkedFileSystems = 0;
        foreach (string image in (string[])[debian.GoldenRaw, debian.ToRaw(debian.Node("alpha"), "alpha.raw")])
        {
            foreach (Match match in Dump(image).Select(line => LinuxPartition().Match(line)).Where(match => match.Success))
            {
                E2fsck.ShouldBeSilent($"{image}?offset={long.Parse(match.Groups[1].Value) * SectorSize}");
                checkedFileSystems++;
            }
        }

        checkedFileSystems.ShouldBe(4);
    }

    [Fact]
    public void TwoRuns_GiveTheSameBytes()
    {
        string again = debian.Prepare("again");

        PreparedDebian.Digest(Path.Combine(again, "golden.qcow2")).ShouldBe(PreparedDebian.Digest(debian.Golden));
        File.ReadAllText(Path.Combine(again, "golden.json")).ShouldBe(File.ReadAllText(Path.Combine(debian.Output, "golden.json")));
    }

    [Fact]
    public void RecipeOnItsOwnGoldenImage_FindsNothingToDo()
    {
        string output = debian.File("twice");
        CliProgram.Run("prepare", "--recipe", "debian-12", "--base", debian.Golden, "--out", output).EnsureSuccess("preparing a golden image");

        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "golden.json")));
        golden.RootElement.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("result").GetString()).ShouldAllBe(result => result == "alreadyDone");
    }

    /// <summary>Every line of every private key of the base is searched in everything a guest could read of the disk, free space and journal included.</summary>
    [Fact]
    public void RemovedKeys_AreNowhereOnTheDisk()
    {
        List<byte[]> needles = [];
        foreach (string path in (string[])["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ed25519_key", "/etc/ssl/private/ssl-cert-snakeoil.key"])
        {
            string key = CliProgram.Run("cat", PreparedDebian.BaseImage, path).EnsureSuccess("reading " + path).Output;
            needles.AddRange(key.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("-----", StringComparison.Ordinal)).Select(Encoding.ASCII.GetBytes));
        }

        needles.Count.ShouldBeGreaterThan(60);

        // The base shows that the search finds what is there.
        ByteSearch.FirstFound(debian.ToRaw(PreparedDebian.BaseImage, "base-search.raw"), needles).ShouldNotBeNull();
        ByteSearch.FirstFound(debian.GoldenRaw, needles).ShouldBeNull();
    }

    [Fact]
    public void KernelMount_ShowsOwnersModesAndContent()
    {
        if (Environment.UserName != "root")
        {
            Assert.Skip("a kernel mount needs root");
        }

        OutsideTool.Require("mount", "losetup", "umount");
        string raw = debian.ToRaw(debian.Node("beta"), "beta.raw");
        long start = Dump(raw).Select(line => LinuxPartition().Match(line)).Where(match => match.Success).Select(match => long.Parse(match.Groups[1].Value)).Last();
        using LoopMount mount = new(raw, start * SectorSize, debian.File("mnt"));

        mount.Stat("/etc/machine-id").ShouldBe("444 0:0 33");
        mount.Stat("/var/lib/systemd/random-seed").ShouldBe("600 0:0 512");
        mount.Stat("/etc/hostname").ShouldBe("644 0:0 65");
        mount.Stat("/etc/imageprep/node.conf").ShouldBe("600 0:0 4096");
        mount.Stat("/usr/libexec/imageprep/mix").ShouldStartWith("755 0:0 ");
        mount.Read("/etc/machine-id").ShouldMatch("^[0-9a-f]{12}4[0-9a-f]{19}\n$");
        mount.Read("/etc/hostname").ShouldBe("beta".PadRight(65, '\n'));
        mount.Read("/etc/imageprep/node.conf").ShouldContain($"UUID={PreparedDebian.BoundUuid}\n");
        mount.Read("/etc/imageprep/node.conf").ShouldContain("SITE_RACK=B2\n");
        mount.LinkTarget("/etc/systemd/system/sshd-keygen.service").ShouldBe("/dev/null");
        OutsideTool.Run("getfattr", "--only-values", "-n", "user.random-seed-creditable", mount.HostPath("/var/lib/systemd/random-seed")).Output.Trim().ShouldBe("1");
        Directory.GetFiles(mount.HostPath("/etc/ssh"), "ssh_host_*").ShouldBeEmpty();
    }

    [Fact]
    public void Nodes_DifferFromGoldenAndFromEachOtherInTheirSlotsOnly()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(debian.Output, "golden.json")));
        HashSet<long> slotSectors = [.. golden.RootElement.GetProperty("slots").EnumerateArray()
            .SelectMany(slot => slot.GetProperty("ranges").EnumerateArray())
            .SelectMany(range => Sectors(range.GetProperty("start").GetInt64(), range.GetProperty("length").GetInt64()))];

        long[] different = [.. ByteSearch.DifferentSectors(debian.GoldenRaw, debian.ToRaw(debian.Node("gamma"), "gamma.raw"))];

        different.ShouldNotBeEmpty();
        different.ShouldAllBe(sector => slotSectors.Contains(sector));
    }

    [Fact]
    public void StandaloneAndRawNodes_HoldTheGoldenDisk()
    {
        string json = Path.Combine(debian.Output, "golden.json");
        foreach ((string format, string extension) in (ReadOnlySpan<(string, string)>)[("qcow2", ".qcow2"), ("raw", ".raw")])
        {
            string output = debian.File("standalone-" + format);
            CliProgram.Run("stamp", json, "--count", "2", "--layout", "standalone", "--format", format, "--out", output).EnsureSuccess("imageprep stamp");
            string image = Path.Combine(output, "nodes", "node-1" + extension);
            string raw = format == "raw" ? image : debian.ToRaw(image, "standalone.raw");
            ByteSearch.DifferentSectors(debian.GoldenRaw, raw).Count().ShouldBeInRange(4, 40);
            if (format == "qcow2")
            {
                OutsideTool.Run("qemu-img", "check", image).Output.ShouldContain("No errors");
            }
        }
    }

    private static IEnumerable<long> Sectors(long start, long length)
    {
        for (long sector = start / SectorSize; sector * SectorSize < start + length; sector++)
        {
            yield return sector;
        }
    }

    private static string[] Dump(string image) =>
        [.. OutsideTool.Run("sfdisk", "--dump", image).EnsureSuccess("sfdisk --dump").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith("device:", StringComparison.Ordinal))
            .Select(line => line.Replace(image, "disk", StringComparison.Ordinal))];

    private static string WithoutStart(string line) => StartField().Replace(line, "start=");

    [GeneratedRegex(@"start=\s*(\d+)")]
    private static partial Regex StartField();

    [GeneratedRegex(@"start=\s*(\d+),.*type=83")]
    private static partial Regex LinuxPartition();
}
