using System.Text.RegularExpressions;
using ImagePrep.Pipeline;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

public sealed partial class ManifestTests
{
    private static readonly List<ManifestEntry> Entries = ManifestEntry.ReadAll();

    [Fact]
    public void Entry_EachOne_IsAFileOrALinkWithItsConditions()
    {
        foreach (ManifestEntry entry in Entries)
        {
            entry.Path.ShouldStartWith("/");
            (entry.Link is null).ShouldBe(entry.Source is not null, entry.Path);
            (entry.Source is null).ShouldBe(entry.Mode is null, entry.Path);
            entry.When.ShouldNotBeEmpty(entry.Path);
            PreparationSession.GuestSteps.ShouldContain(entry.Step, entry.Path);
            entry.When.ShouldAllBe(name => KnownCondition().IsMatch(name), entry.Path);
        }

        Entries.Select(entry => entry.Path).ShouldBeUnique();
    }

    [Fact]
    public void Source_EachTemplate_IsListedAndEmbedded()
    {
        string[] onDisk =
        [
            .. Directory.EnumerateFiles(TemplateFolder.Systemd, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(TemplateFolder.Systemd, file).Replace('\\', '/'))
                .Where(file => file != "manifest.yaml")
                .Order(StringComparer.Ordinal),
        ];
        string[] listed = [.. Entries.Select(entry => entry.Source).OfType<string>().Where(source => !source.StartsWith("../common/", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];
        listed.ShouldBe(onDisk);

        string[] embedded = System.Reflection.Assembly.Load("ImagePrep").GetManifestResourceNames();
        onDisk.ShouldAllBe(file => embedded.Contains("templates/systemd/" + file));
    }

    [Fact]
    public void Mode_Scripts_AreExecutableAndNothingElseIs()
    {
        foreach (ManifestEntry entry in Entries.Where(entry => entry.Source is not null && entry.Slot is null))
        {
            string first = File.ReadLines(Path.Combine(TemplateFolder.Systemd, entry.Source!)).First();
            entry.Mode.ShouldBe(first == "#!/bin/sh" ? "0755" : "0644", entry.Path);
        }
    }

    [Fact]
    public void OwnUnits_HaveNoInstallSection_SoThatPresetsLeaveThemAlone()
    {
        foreach (ManifestEntry unit in Entries.Where(entry => entry.Path.StartsWith("/usr/lib/systemd/system/", StringComparison.Ordinal)))
        {
            if (unit.Source is not null)
            {
                File.ReadAllText(Path.Combine(TemplateFolder.Systemd, unit.Source)).ShouldNotContain("[Install]");
            }
        }
    }

    [Fact]
    public void EtcSystemd_HoldsOnlyDropInsAndMasks()
    {
        foreach (ManifestEntry entry in Entries.Where(entry => entry.Path.StartsWith("/etc/systemd/", StringComparison.Ordinal)))
        {
            bool dropIn = DropIn().IsMatch(entry.Path);
            (dropIn || entry.Link == "/dev/null").ShouldBeTrue(entry.Path);
        }
    }

    [Fact]
    public void SshServices_EachOneThatMustWaitForKeys_RequiresTheirUnit()
    {
        string[] names = ["ssh.service", "ssh@.service", "sshd@.service", "sshd-vsock@.service", "sshd-unix-local@.service"];
        foreach (string name in names)
        {
            ManifestEntry dropIn = Entries.Single(entry => entry.Path == $"/etc/systemd/system/{name}.d/50-imageprep.conf");
            string text = File.ReadAllText(Path.Combine(TemplateFolder.Systemd, dropIn.Source!));
            text.ShouldContain("Requires=imageprep-keygen.service");
            text.ShouldContain("After=imageprep-keygen.service");
            dropIn.When.ShouldBe(["ssh"]);
        }
    }

    [Fact]
    public void Script_EachOne_IsCleanForShellcheckAsPosixShell()
    {
        foreach (string script in new[] { TemplateFolder.Mix, TemplateFolder.Keygen })
        {
            ToolResult result = OutsideTool.Run("shellcheck", "--shell=dash", "--severity=style", script);
            result.Output.ShouldBeEmpty();
            result.ExitCode.ShouldBe(0);
        }
    }

    [GeneratedRegex(@"^(always|ssh|ssl-cert|cloud-init|option:command|unit:[a-z0-9-]+@?\.service)$")]
    private static partial Regex KnownCondition();

    [GeneratedRegex(@"^/etc/systemd/system/[^/]+\.d/(50-imageprep|60-imageprep-command)\.conf$")]
    private static partial Regex DropIn();
}
