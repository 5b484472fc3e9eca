using System.Text.RegularExpressions;
using ImagePrep.Pipeline;
using ImagePrep.Templates;

namespace ImagePrep.Tests.Templates;

public sealed partial class ManifestTests
{
    public static TheoryData<string> Inits => [.. TemplateFolder.Inits];

    [Theory]
    [MemberData(nameof(Inits))]
    public void Entry_EachOne_IsAFileOrALinkWithItsConditions(string init)
    {
        List<ManifestEntry> entries = ManifestEntry.ReadAll(init);
        foreach (ManifestEntry entry in entries)
        {
            entry.Path.ShouldStartWith("/");
            (entry.Link is null).ShouldBe(entry.Source is not null, entry.Path);
            (entry.Source is null).ShouldBe(entry.Mode is null, entry.Path);
            entry.When.ShouldNotBeEmpty(entry.Path);
            PreparationSession.GuestSteps.ShouldContain(entry.Step, entry.Path);
            entry.When.ShouldAllBe(name => KnownCondition().IsMatch(name), entry.Path);
        }

        entries.Select(entry => entry.Path).ShouldBeUnique();
    }

    [Fact]
    public void Source_EachTemplate_IsListedAndEmbedded()
    {
        string[] onDisk =
        [
            .. Directory.EnumerateFiles(TemplateFolder.Root, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(TemplateFolder.Root, file).Replace('\\', '/'))
                .Where(file => !file.EndsWith("/manifest.yaml", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
        string[] listed =
        [
            .. TemplateFolder.Inits
                .SelectMany(init => ManifestEntry.ReadAll(init).Where(entry => entry.Source is not null)
                    .Select(entry => TemplateFolder.Source(init, entry.Source!)))
                .Select(file => Path.GetRelativePath(TemplateFolder.Root, file).Replace('\\', '/'))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        listed.ShouldBe(onDisk);

        string[] embedded = System.Reflection.Assembly.Load("ImagePrep").GetManifestResourceNames();
        onDisk.ShouldAllBe(file => embedded.Contains("templates/" + file));
    }

    [Theory]
    [MemberData(nameof(Inits))]
    public void Mode_Scripts_AreExecutableAndNothingElseIs(string init)
    {
        foreach (ManifestEntry entry in ManifestEntry.ReadAll(init).Where(entry => entry.Source is not null && entry.Slot is null))
        {
            string first = File.ReadLines(TemplateFolder.Source(init, entry.Source!)).FirstOrDefault("");
            entry.Mode.ShouldBe(first.StartsWith("#!", StringComparison.Ordinal) ? "0755" : "0644", entry.Path);
        }
    }

    /// <summary>Two seeds cannot be placed: their conditions exclude each other. Every other slot is there once.</summary>
    [Theory]
    [MemberData(nameof(Inits))]
    public void Slots_OfEachInit_AreTheFourOnce(string init)
    {
        List<ManifestEntry> slots = [.. ManifestEntry.ReadAll(init).Where(entry => entry.Slot is not null)];
        slots.Where(entry => entry.Slot != "seed").Select(entry => entry.Slot).ShouldBe(["machine-id", "hostname", "node"]);
        ManifestEntry[] seeds = [.. slots.Where(entry => entry.Slot == "seed")];
        if (seeds.Length == 1)
        {
            seeds[0].When.ShouldBe(["always"]);
        }
        else
        {
            seeds.Length.ShouldBe(2);
            string condition = seeds[0].When.Single();
            seeds[1].When.ShouldBe(["!" + condition]);
        }

        slots.Single(entry => entry.Slot == "machine-id").When.ShouldBe([init == "systemd" ? "always" : "file:/etc/machine-id"]);
        seeds.ShouldAllBe(entry => entry.Mode == "0600" || entry.Mode == "0400");
    }

    [Theory]
    [MemberData(nameof(Inits))]
    public void Scripts_EveryInitNeeds_AreInEachManifest(string init)
    {
        List<ManifestEntry> entries = ManifestEntry.ReadAll(init);
        foreach (string script in new[] { "mix", "keygen" })
        {
            ManifestEntry entry = entries.Single(entry => entry.Path == "/usr/libexec/imageprep/" + script);
            entry.Source.ShouldBe("../common/usr/libexec/imageprep/" + script);
            entry.When.ShouldBe(["always"]);
        }

        entries.Single(entry => entry.Path == "/usr/sbin/imageprep-keygen").Link.ShouldBe("../libexec/imageprep/keygen");
        bool marked = entries.Any(entry => entry.Path == "/etc/imageprep/keygen-on-command" && entry.When.SequenceEqual(["option:command"]));
        marked.ShouldBe(init is "openrc" or "sysvinit" or "rc-sysinit");
    }

    /// <summary>What an option placed is taken back when the option is off, and only what carries the product's name is.</summary>
    [Theory]
    [MemberData(nameof(Inits))]
    public void Path_OfWhatAnOptionPlaces_CarriesTheNameOfTheProduct(string init) =>
        TemplateManifest.Of(init).Entries
            .Where(entry => entry.When.Any(condition => condition.StartsWith("option:", StringComparison.Ordinal)))
            .ShouldAllBe(entry => entry.IsOwn);

    /// <summary>What a recipe can ask for, and what the guest must be able to do for it.</summary>
    [Fact]
    public void Credit_OfASeed_NeedsTheOptionAndALoaderThatCan()
    {
        When("systemd", "/etc/imageprep/seed-credit").ShouldBe(["systemd>=243", "option:seed-credit"]);
        When("systemd", "/etc/systemd/system/systemd-random-seed.service.d/50-imageprep.conf").ShouldBe(["systemd>=243", "option:seed-credit"]);
        When("openrc", "/etc/imageprep/seed-credit").ShouldBe(["file:/etc/init.d/seedrng", "option:seed-credit"]);
        When("busybox", "/etc/imageprep/seed-credit").ShouldBe(["file:/usr/sbin/seedrng", "option:seed-credit"]);
        foreach (string init in new[] { "sysvinit", "rc-sysinit", "openwrt" })
        {
            ManifestEntry.ReadAll(init).ShouldNotContain(entry => entry.Path == "/etc/imageprep/seed-credit");
        }
    }

    /// <summary>The guard waits for the keys, so they cannot wait for a connection that it holds back.</summary>
    [Fact]
    public void NetworkGuard_Option_BringsTheGuardAndKeysThatWaitForNoConnection()
    {
        string[] paths =
        [
            .. ManifestEntry.ReadAll("systemd").Where(entry => entry.When.Contains("option:network-guard")).Select(entry => entry.Path),
        ];
        paths.ShouldBe(
        [
            "/usr/libexec/imageprep/guard",
            "/usr/lib/systemd/system/imageprep-network-guard.service",
            "/usr/lib/systemd/system/sysinit.target.wants/imageprep-network-guard.service",
            "/usr/lib/systemd/system/multi-user.target.wants/imageprep-keygen.service",
        ]);
    }

    [Fact]
    public void OwnUnits_HaveNoInstallSection_SoThatPresetsLeaveThemAlone()
    {
        ManifestEntry[] units =
        [
            .. ManifestEntry.ReadAll("systemd").Where(entry => entry.Source is not null && entry.Path.StartsWith("/usr/lib/systemd/", StringComparison.Ordinal)),
        ];
        units.Length.ShouldBe(5);
        units.ShouldAllBe(unit => !File.ReadAllText(TemplateFolder.Source("systemd", unit.Source!)).Contains("[Install]"));
    }

    [Fact]
    public void EtcSystemd_HoldsOnlyDropIns()
    {
        string[] paths = [.. ManifestEntry.ReadAll("systemd").Select(entry => entry.Path)];
        paths.Where(path => path.StartsWith("/etc/systemd/", StringComparison.Ordinal)).ShouldAllBe(path => DropIn().IsMatch(path));
    }

    [Theory]
    [InlineData("ssh", "ssh.service", "ssh@.service", "sshd.service", "sshd@.service", "sshd-vsock@.service", "sshd-unix-local@.service")]
    [InlineData("dropbear", "dropbear.service", "dropbear@.service")]
    public void SshServices_EachOneThatMustWaitForKeys_RequiresTheirUnit(string server, params string[] names)
    {
        foreach (string name in names)
        {
            ManifestEntry dropIn = Systemd($"/etc/systemd/system/{name}.d/50-imageprep.conf");
            string text = File.ReadAllText(TemplateFolder.Source("systemd", dropIn.Source!));
            text.ShouldContain("Requires=imageprep-keygen.service");
            text.ShouldContain("After=imageprep-keygen.service");
            dropIn.When.ShouldBe([server]);
            Systemd($"/etc/systemd/system/{name}.d/60-imageprep-command.conf").When.ShouldBe(["option:command", server]);
        }
    }

    private static ManifestEntry Systemd(string path) => ManifestEntry.ReadAll("systemd").Single(entry => entry.Path == path);

    private static List<string> When(string init, string path) => ManifestEntry.ReadAll(init).Single(entry => entry.Path == path).When;

    [GeneratedRegex(
        @"^(always|!?(ssh|dropbear|ssl-cert|systemd(>=|<)[0-9]+|file:/[a-zA-Z0-9./_-]+|unit:[a-z0-9-]+@?\.service)|" +
        "option:(command|network-guard|seed-credit))$")]
    private static partial Regex KnownCondition();

    [GeneratedRegex(@"^/etc/systemd/system/[^/]+\.d/(50-imageprep|60-imageprep-command)\.conf$")]
    private static partial Regex DropIn();
}
