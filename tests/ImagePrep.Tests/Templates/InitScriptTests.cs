using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

/// <summary>Runs the scripts that each init starts, with stand-ins for what they call, and looks what they make of it.</summary>
public sealed class InitScriptTests : IDisposable
{
    private readonly GuestRoot _guest = new(GuestShell.Dash);

    public InitScriptTests()
    {
        _guest.Program("usr/libexec/imageprep/mix");
        _guest.Program("usr/libexec/imageprep/keygen", "exit 3");
    }

    public void Dispose() => _guest.Dispose();

    [Fact]
    public void Script_EachOne_IsCleanForShellcheckAsPosixShell()
    {
        TemplateFolder.Scripts.Length.ShouldBeGreaterThan(10);
        foreach (string script in TemplateFolder.Scripts)
        {
            ToolResult result = OutsideTool.Run("shellcheck", "--shell=dash", "--severity=style", script);
            result.Output.ShouldBeEmpty();
            result.ExitCode.ShouldBe(0);
        }
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash", "--posix")]
    [InlineData("busybox", "sh")]
    public void Script_EachOne_IsReadByEveryShell(string shell, params string[] arguments)
    {
        foreach (string script in TemplateFolder.Scripts)
        {
            ToolResult result = OutsideTool.Run(shell, [.. arguments, "-n", script]);
            result.ExitCode.ShouldBe(0, script);
            result.Error.ShouldBeEmpty(script);
        }
    }

    [Theory]
    [InlineData("sysvinit/etc/init.d/imageprep-mix", "/var/lib/urandom/random-seed", "none")]
    [InlineData("rc-sysinit/etc/rc.d/init.d/imageprep-mix", "/var/lib/random-seed", "none")]
    [InlineData("busybox/etc/init.d/S00imageprep-mix", "/var/lib/random-seed", "none")]
    [InlineData("busybox/etc/init.d/S00imageprep-mix", "/var/lib/seedrng/seed.no-credit", "rename", "usr/sbin/seedrng")]
    public void Mix_Start_NamesTheSeedThatItsManifestPlaces(string script, string seed, string credit, string? loader = null)
    {
        _guest.Write("etc/hostname", "\n\n");
        Provide(loader);
        Start(script).ExitCode.ShouldBe(0);
        _guest.Calls.ShouldBe([$"mix --seed {seed} --credit {credit}"]);
        string init = script[..script.IndexOf('/', StringComparison.Ordinal)];
        ManifestEntry.ReadAll(init).ShouldContain(entry => entry.Slot == "seed" && entry.Path == seed);
    }

    [Theory]
    [InlineData("sysvinit/etc/init.d/imageprep-keygen")]
    [InlineData("rc-sysinit/etc/rc.d/init.d/imageprep-keygen")]
    [InlineData("busybox/etc/init.d/S49imageprep-keygen")]
    public void Keygen_Start_MakesKeysAndHandsItsResultOn(string script)
    {
        Start(script).ExitCode.ShouldBe(3);
        Run(script, "status").ExitCode.ShouldBe(3);
        _guest.Calls.ShouldBe(["keygen boot", "keygen status"]);
        Run(script, "stop").ExitCode.ShouldBe(0);
        Run(script, "enable").Error.ShouldStartWith("usage: ");
        _guest.Calls.Length.ShouldBe(2);
    }

    /// <summary>Red Hat 6 takes its name from a file of its own, so a stamped one has to be set.</summary>
    [Theory]
    [InlineData("\n\n\n", false)]
    [InlineData("web-01\n\n", true)]
    public void Mix_OnRedHat_SetsTheStampedHostName(string slot, bool set)
    {
        _guest.Write("etc/hostname", slot);
        _guest.Program("bin/hostname");
        Start("rc-sysinit/etc/rc.d/init.d/imageprep-mix").ExitCode.ShouldBe(0);
        _guest.Calls.Contains("hostname web-01").ShouldBe(set);
        _guest.Calls.Last().ShouldStartWith("mix ");
    }

    [Theory]
    [InlineData("imageprep-mix", "need localmount", "before seedrng urandom", "keyword -docker -lxc -openvz -prefix -systemd-nspawn")]
    [InlineData("imageprep-keygen", "provide entropy", "after imageprep-mix seedrng urandom clock hostname cloud-init-local cloud-init")]
    public void OpenRc_Script_DeclaresItsOrder(string script, params string[] lines)
    {
        string[] declared = OpenRc("openrc/etc/init.d/" + script, "depend").Output.Split('\n');
        lines.ShouldAllBe(line => declared.Contains(line));
        if (script == "imageprep-keygen")
        {
            string[] before = declared.Single(line => line.StartsWith("before ", StringComparison.Ordinal)).Split(' ');
            ((string[])["sshd", "dropbear", "dbus"]).ShouldBeSubsetOf(before);
        }
    }

    [Theory]
    [InlineData(null, "/var/lib/misc/random-seed", "none")]
    [InlineData("etc/init.d/seedrng", "/var/lib/seedrng/seed.no-credit", "rename")]
    public void OpenRc_Mix_NamesTheSeedThatItsManifestPlaces(string? loader, string seed, string credit)
    {
        Provide(loader);
        OpenRc("openrc/etc/init.d/imageprep-mix", "start").Output.ShouldContain("eend 0");
        _guest.Calls.ShouldBe([$"mix --seed {seed} --credit {credit}"]);
        string condition = (loader is null ? "!" : "") + "file:/etc/init.d/seedrng";
        ManifestEntry.ReadAll("openrc").Single(entry => entry.Path == seed).When.ShouldBe([condition]);
    }

    [Fact]
    public void OpenRc_Keygen_FailsAsAServiceWhenNoKeyIsMade()
    {
        OpenRc("openrc/etc/init.d/imageprep-keygen", "start").Output.ShouldContain("eend 3 ");
        _guest.Calls.ShouldBe(["keygen boot"]);
    }

    /// <summary>OpenRC reads the file once for each service, after that service's own settings, which must go on to count.</summary>
    [Theory]
    [InlineData("", " imageprep-keygen")]
    [InlineData("rc_need=net.eth0", "net.eth0 imageprep-keygen")]
    [InlineData("rc_need=net.eth0; rc_sshd_need=firewall", "firewall imageprep-keygen")]
    public void OpenRc_Sshd_NeedsItsKeysBesidesWhatItNeededBefore(string settings, string needs)
    {
        string file = TemplateFolder.Source("openrc", "etc/rc.conf.d/imageprep.conf");
        OutsideTool.Run("dash", "-u", "-c", $". {file}; echo \"$rc_sshd_need|$rc_dropbear_need\"").EnsureSuccess("dash");
        OutsideTool.Run("dash", "-c", $"{settings}\n. {file}\necho \"$rc_sshd_need\"").Output.ShouldBe(needs + "\n");
    }

    [Fact]
    public void OpenWrt_Preinit_HooksMixingIntoTheMainStage()
    {
        string script = Relocated("openwrt/lib/preinit/81_imageprep_mix");
        ToolResult result = OutsideTool.Run("dash", "-c", $"boot_hook_add() {{ echo \"hook $*\"; \"$2\"; }}; . {script}");
        result.Output.ShouldBe("hook preinit_main imageprep_mix\n");
        _guest.Calls.ShouldBe(["mix --seed /etc/urandom.seed --credit none"]);
    }

    [Fact]
    public void OpenWrt_Keygen_StartsBeforeDropbearAndSetsTheStampedHostName()
    {
        _guest.Write("etc/hostname", "web-01\n\n");
        Directory.CreateDirectory(_guest.Location("proc/sys/kernel"));
        string script = Relocated("openwrt/etc/init.d/imageprep-keygen");
        OutsideTool.Run("dash", "-c", $". {script}; echo $START; start").Output.ShouldBe("18\n");
        _guest.Read("proc/sys/kernel/hostname").ShouldBe("web-01\n");
        _guest.Calls.ShouldBe(["keygen boot"]);
    }

    private void Provide(string? program)
    {
        if (program is not null)
        {
            _guest.Program(program);
        }
    }

    private ToolResult Start(string script) => Run(script, "start");

    private ToolResult Run(string script, string action) =>
        OutsideTool.Run("env", $"PATH={_guest.Location("bin")}:/usr/bin:/bin", "dash", Relocated(script), action);

    /// <summary>Calls a function of an OpenRC script with stand-ins that print what they are called with.</summary>
    private ToolResult OpenRc(string script, string function)
    {
        string[] names = ["need", "use", "want", "before", "after", "provide", "keyword", "ebegin", "eend"];
        string standIns = string.Join('\n', names.Select(name => $"{name}() {{ echo \"{name} $*\"; }}"));
        return OutsideTool.Run("dash", "-c", $"{standIns}\n. {Relocated(script)}\n{function}").EnsureSuccess("dash");
    }

    /// <summary>A copy of a script whose absolute paths point into the guest; arguments of mix stay as they are.</summary>
    private string Relocated(string script)
    {
        string text = File.ReadAllText(Path.Combine(TemplateFolder.Root, script));
        string[] paths = ["/usr/libexec/", "/usr/sbin/seedrng", "/etc/init.d/seedrng", "/etc/hostname", "/proc/sys/kernel/hostname"];
        foreach (string path in paths)
        {
            text = text.Replace(path, _guest.Location(path[1..]), StringComparison.Ordinal);
        }

        _guest.Write("relocated", text);
        return _guest.Location("relocated");
    }
}
