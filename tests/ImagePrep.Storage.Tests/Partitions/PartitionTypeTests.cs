using System.Text.RegularExpressions;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Partitions;

public sealed class PartitionTypeTests
{
    [Fact]
    public void FromGpt_TypesThatSfdiskLists_AreKnownHereUnderTheSameGuid()
    {
        string[] familiar = ["EFI System", "BIOS boot", "PowerPC PReP boot", "Linux swap", "Linux home", "Linux RAID", "Linux LVM", "HiFive FSBL", "HiFive BBL",
            "Linux root (x86)", "Linux root (x86-64)", "Linux root (ARM)", "Linux root (ARM-64)", "Linux root (RISC-V-64)", "Linux filesystem", "Linux extended boot",
            "Linux server data", "Linux variable data", "Linux temporary data", "Linux /usr (x86-64)", "Linux root verity (x86-64)", "Linux /usr verity (x86-64)",
            "Microsoft basic data", "Microsoft reserved", "Windows recovery environment", "ChromeOS kernel", "ChromeOS root fs", "Marvell Armada 3700 Boot partition"];
        string list = OutsideTool.Run("sfdisk", "--label", "gpt", "--list-types").EnsureSuccess("sfdisk --list-types").Output;
        Dictionary<string, Guid> listed = Regex.Matches(list, @"^(?<id>[0-9A-Fa-f-]{36})  (?<name>.*)$", RegexOptions.Multiline | RegexOptions.NonBacktracking)
            .ToDictionary(match => match.Groups["name"].Value.Trim(), match => Guid.Parse(match.Groups["id"].Value));

        familiar.Where(name => !listed.ContainsKey(name)).ShouldBeEmpty();
        familiar.Where(name => PartitionType.FromGpt(listed[name]).Name.StartsWith("type ", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void FromMbr_UnknownCode_IsNamedByItsDigits()
    {
        PartitionType.FromMbr(0x7F).Name.ShouldBe("type 7f");
        PartitionType.FromMbr(0x83).ShouldBe(PartitionType.FromMbr(0x83));
        PartitionType.FromMbr(0x83).Id.ShouldBe("83");
    }
}
