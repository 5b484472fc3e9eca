using System.Globalization;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

/// <summary>Puts the templates into a folder as the manifest says, among this machine's own units, and lets systemd judge them.</summary>
public sealed class UnitTests : IDisposable
{
    private const string UnitFolder = "usr/lib/systemd/system";

    private readonly ScratchFolder _scratch = new();

    public UnitTests()
    {
        OutsideTool.Require("systemd-analyze", "cp", "ln");
        Assert.SkipUnless(File.Exists("/usr/lib/systemd/system/sysinit.target"), "this machine has no systemd units to verify among");
        Directory.CreateDirectory(_scratch.File("usr/lib/systemd"));
        OutsideTool.Run("cp", "-a", "/usr/lib/systemd/system", _scratch.File("usr/lib/systemd/")).EnsureSuccess("cp");

        // systemd-analyze looks for the programs that units name, too; before usr-merge this one was in /lib.
        foreach (string folder in new[] { "lib/systemd", "usr/lib/systemd" })
        {
            Directory.CreateDirectory(_scratch.File(folder));
            OutsideTool.Run("cp", "/bin/true", _scratch.File(folder + "/systemd-random-seed")).EnsureSuccess("cp");
        }
    }

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Units_AsInstalled_VerifyClean(bool command)
    {
        Install(command);
        string[] own =
        [
            .. ManifestEntry.ReadAll("systemd").Select(entry => Path.GetFileName(entry.Source ?? ""))
                .Where(name => name.EndsWith(".service", StringComparison.Ordinal)),
        ];
        own.Length.ShouldBe(5);
        Verify([.. own, "systemd-random-seed.service"]).ShouldBeEmpty();
    }

    /// <summary>The two ways Debian activates SSH. A socket comes before basic.target, so a key unit ordered before it would close a cycle.</summary>
    [Theory]
    [InlineData("no", "ssh.service", false)]
    [InlineData("yes", "ssh@.service", false)]
    [InlineData("no", "ssh.service", true)]
    public void Units_WithSocketActivation_MakeNoOrderingCycle(string accept, string service, bool command)
    {
        Install(command);
        Unit("ssh.socket", $"[Unit]\nBefore=sockets.target\n[Socket]\nListenStream=22\nAccept={accept}\n");
        Unit(service, "[Unit]\nAfter=network.target\n[Service]\nExecStart=/bin/true\nStandardInput=socket\n");
        Link("../ssh.socket", "sockets.target.wants/ssh.socket");
        Verify("multi-user.target").ShouldNotContain("cycle");
    }

    [Fact]
    public void Units_KeyUnitOrderedBeforeASocket_WouldBeSeenAsACycle()
    {
        Install(command: false);
        Unit("ssh.socket", "[Unit]\nBefore=sockets.target\nRequires=imageprep-keygen.service\nAfter=imageprep-keygen.service\n[Socket]\nListenStream=22\n");
        Unit("ssh.service", "[Service]\nExecStart=/bin/true\n");
        Link("../ssh.socket", "sockets.target.wants/ssh.socket");
        Verify("multi-user.target").ShouldContain("cycle");
    }

    /// <summary>The guard has to come before the network and after firewalls that begin with nothing, cloud-init's early stage among them.</summary>
    [Fact]
    public void NetworkGuard_AmongFirewallsAndCloudInit_MakesNoOrderingCycle()
    {
        Install(command: false);
        const string Early = "[Unit]\nDefaultDependencies=no\nBefore=network-pre.target shutdown.target\nWants=network-pre.target\n";
        const string Service = "[Service]\nExecStart=/bin/true\n";
        Unit("nftables.service", Early + Service);
        Unit("ufw.service", Early + Service);
        Unit("cloud-init-local.service", Early + "Before=sysinit.target\n" + Service);
        Unit("firewalld.service", "[Unit]\nBefore=network-pre.target\nWants=network-pre.target\nAfter=dbus.service\n" + Service);
        Unit("site-network.service", "[Unit]\nDefaultDependencies=no\nAfter=network-pre.target\nBefore=network.target\n" + Service);
        foreach (string unit in new[] { "nftables.service", "ufw.service", "cloud-init-local.service" })
        {
            Link("../" + unit, "sysinit.target.wants/" + unit);
        }

        Link("../firewalld.service", "multi-user.target.wants/firewalld.service");
        Link("../site-network.service", "multi-user.target.wants/site-network.service");
        Verify("multi-user.target").ShouldNotContain("cycle");
    }

    /// <summary>A generator of early boot can be made to wait for the pool too.</summary>
    [Theory]
    [InlineData("DefaultDependencies=no\nBefore=sysinit.target\n", "sysinit.target")]
    [InlineData("", "multi-user.target")]
    public void Pool_GeneratorThatWaitsForIt_MakesNoOrderingCycle(string header, string target)
    {
        Install(command: false);
        Unit(
            "site-keys.service",
            $"[Unit]\n{header}Requires=imageprep-pool.service\nAfter=imageprep-pool.service\n[Service]\nExecStart=/bin/true\n");
        Link("../site-keys.service", $"{target}.wants/site-keys.service");
        Verify("multi-user.target").ShouldNotContain("cycle");
    }

    /// <summary>The script waits for the generator and once more for what follows; systemd must not end it before it can say what failed.</summary>
    [Theory]
    [InlineData("imageprep-keygen.service")]
    [InlineData("imageprep-snakeoil.service")]
    [InlineData("imageprep-pool.service")]
    public void TimeOut_OfUnitsThatWaitForThePool_IsLongerThanBothWaits(string unit)
    {
        const string Wait = "pool_wait_seconds=${IMAGEPREP_POOL_WAIT:-";
        const string TimeOut = "TimeoutStartSec=";
        string wait = File.ReadLines(TemplateFolder.Keygen).Single(line => line.StartsWith(Wait, StringComparison.Ordinal))[Wait.Length..^1];
        string timeOut = File.ReadLines(TemplateFolder.Source("systemd", $"{UnitFolder}/{unit}"))
            .Single(line => line.StartsWith(TimeOut, StringComparison.Ordinal))[TimeOut.Length..];
        timeOut.ShouldEndWith("min");
        (60 * int.Parse(timeOut[..^3], CultureInfo.InvariantCulture)).ShouldBeGreaterThan(2 * int.Parse(wait, CultureInfo.InvariantCulture));
    }

    private void Install(bool command)
    {
        foreach (ManifestEntry entry in ManifestEntry.ReadAll("systemd"))
        {
            string file = _scratch.File(entry.Path[1..]);
            if (entry.When.Contains("option:command") && !command)
            {
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            if (entry.Link is not null)
            {
                OutsideTool.Run("ln", "-s", entry.Link, file).EnsureSuccess("ln");
            }
            else
            {
                File.Copy(TemplateFolder.Source("systemd", entry.Source!), file);
            }
        }
    }

    private void Unit(string name, string content) => File.WriteAllText(_scratch.File($"{UnitFolder}/{name}"), content);

    private void Link(string target, string name)
    {
        string file = _scratch.File($"{UnitFolder}/{name}");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        OutsideTool.Run("ln", "-sf", target, file).EnsureSuccess("ln");
    }

    private string Verify(params string[] units)
    {
        ToolResult result = OutsideTool.Run("systemd-analyze", ["verify", "--root=" + _scratch.Path, "--man=no", .. units]);
        return result.Output + result.Error;
    }
}
