using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>inspect says before anyone runs prepare what prepare would refuse, or would not look into, and why.</summary>
public sealed class InspectRefusalTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("quota", "file-system", "usage by owner is counted")]
    [InlineData("bigalloc", "file-system", "bitmaps count clusters")]
    [InlineData("encrypt", "file-system", "names and contents are encrypted")]
    public void ExtFeature_IsRefusedWithItsReason(string feature, string id, string reason)
    {
        OutsideTool.Require("mke2fs", "sfdisk");
        string image = Disk("2048,61440,83");
        Ext(image, 2048 * 512, 30 * MiB, "-O", feature);

        JsonElement finding = Refusals(image).First(refusal => refusal.GetProperty("id").GetString() == id);

        finding.GetProperty("where").GetString().ShouldBe("partition 1");
        finding.GetProperty("text").GetString()!.ShouldContain(feature);
        finding.GetProperty("text").GetString()!.ShouldContain(reason);
        finding.GetProperty("text").GetString()!.ShouldContain("preparing refuses");
    }

    [Fact]
    public void ExternalJournal_IsRefusedWithItsReason()
    {
        OutsideTool.Require("mke2fs", "sfdisk", "debugfs");
        string image = Disk("2048,61440,83");
        Ext(image, 2048 * 512, 30 * MiB, "-O", "has_journal");
        OutsideTool.Run("debugfs", "-w", "-R", "ssv journal_inum 0", $"{image}?offset={2048 * 512}").EnsureSuccess("debugfs");
        OutsideTool.Run("debugfs", "-w", "-R", "ssv journal_uuid 01234567-89ab-cdef-0123-456789abcdef", $"{image}?offset={2048 * 512}").EnsureSuccess("debugfs");

        Refusals(image).Select(Text).ShouldContain(text => text.Contains("journal is on another device", StringComparison.Ordinal));
    }

    [Fact]
    public void SecondExtendedPartition_IsRefusedBeforehand()
    {
        string image = _scratch.File("disk.img");
        PartitioningTools.MakeWithSfdisk(
            image, 64 * MiB, "label: dos\n1 : start=63, size=4096, type=83\n2 : start=8192, size=40000, type=5\n3 : start=60000, size=40000, type=83\n").Dispose();

        // No tool makes two of them.
        using (RawFile disk = RawFile.Open(image))
        {
            disk.WriteAt(446 + (2 * 16) + 4, [5]);
        }

        RefusesToRealign(image, "extended partitions");
    }

    [Fact]
    public void HybridMbrThatWouldMove_IsRefusedBeforehand()
    {
        string image = _scratch.File("disk.img");
        PartitioningTools.MakeWithSgdisk(image, 64 * MiB, "-a", "1", "-n", "1:40:+2M").Dispose();
        OutsideTool.Run("sgdisk", "-h", "1:EE", image).EnsureSuccess("sgdisk -h");

        RefusesToRealign(image, "hybrid MBR");
    }

    private static void RefusesToRealign(string image, string reason)
    {
        JsonElement finding = Refusals(image).First(refusal => refusal.GetProperty("id").GetString() == "repartition");

        Text(finding).ShouldContain("repartition step");
        Text(finding).ShouldContain(reason);
    }

    [Theory]
    [InlineData("xfs", 310, "mkfs.xfs", "-q")]
    [InlineData("crypto_LUKS", 20, "cryptsetup", "luksFormat", "--type", "luks2", "--batch-mode", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000")]
    public void WhatIsNotRead_IsNamedOnTheWholeDiskAndInAPartition(string type, int megabytes, string tool, params string[] arguments)
    {
        OutsideTool.Require(tool, "sfdisk");
        string whole = _scratch.File("whole.img");
        RawFile.Create(whole, (long)megabytes * MiB).Dispose();
        OutsideTool.Run(tool, [.. arguments, whole], input: tool == "cryptsetup" ? "passphrase"u8.ToArray() : null).EnsureSuccess(tool);
        string image = Disk($"2048,{megabytes * 2048},83", megabytes + 2);
        using (RawFile disk = RawFile.Open(image))
        {
            disk.WriteAt(MiB, File.ReadAllBytes(whole).AsSpan(0, 8 * MiB));
        }

        foreach ((string path, string where) in new[] { (whole, "the whole disk"), (image, "partition 1") })
        {
            JsonElement[] findings = Findings(path);
            JsonElement unread = findings.First(finding => finding.GetProperty("id").GetString() == "not-looked-into");
            unread.GetProperty("where").GetString().ShouldBe($"{where}: {type}");
            unread.GetProperty("severity").GetString().ShouldBe("Unsafe");
            findings.Where(IsRefusal).Select(Text).ShouldContain(text => text.Contains($"{where} holds {type}", StringComparison.Ordinal));
            CliProgram.Run("prepare", "--recipe", "debian-12", "--base", path, "--out", _scratch.File("out"), "--base-format", "raw").Error
                .ShouldContain($"{where} holds {type}");
        }
    }

    [Fact]
    public void DamagedTable_IsToldWithTheCopyThatWasRead()
    {
        using SplitGuest guest = new();
        using (RawFile disk = RawFile.Open(guest.Image))
        {
            disk.WriteAt(512 + 16, "XXXX"u8);
        }

        ToolResult result = CliProgram.Run("inspect", guest.Image);

        result.Output.ShouldContain("read from its backup copy");
        result.Output.ShouldContain("The primary GPT is damaged");
        result.Output.ShouldContain("15: vfat");
    }

    private string Disk(string script, int megabytes = 32)
    {
        string path = _scratch.File("disk.img");
        PartitioningTools.MakeWithSfdisk(path, (long)megabytes * MiB, "label: dos\n" + script + "\n").Dispose();
        return path;
    }

    private static void Ext(string image, int offset, int length, params string[] arguments) =>
        OutsideTool.Run("mke2fs", ["-q", "-F", "-t", "ext4", "-E", $"offset={offset}", .. arguments, image, $"{length / 1024}k"]).EnsureSuccess("mke2fs");

    private static JsonElement[] Refusals(string image) => [.. Findings(image).Where(IsRefusal)];

    private static bool IsRefusal(JsonElement finding) => finding.GetProperty("severity").GetString() == "Refused";

    private static string Text(JsonElement finding) => finding.GetProperty("text").GetString()!;

    private static JsonElement[] Findings(string image)
    {
        ToolResult result = CliProgram.Run("inspect", image, "--json", "--image-format", "raw");
        result.ExitCode.ShouldBe(1, result.Error);
        return [.. JsonDocument.Parse(result.Output).RootElement.GetProperty("findings").EnumerateArray()];
    }
}
