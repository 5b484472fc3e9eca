using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

/// <summary>Where the links and names of each init put mixing and keys among the guest's own scripts.</summary>
public sealed class InitOrderTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>Names sort as the init starts them, byte by byte.</summary>
    [Theory]
    [InlineData("busybox", "/etc/init.d/", "S00imageprep-mix", "S01seedrng", "S20seedrng", "S20urandom", "S49imageprep-keygen", "S50dropbear", "S50sshd")]
    [InlineData("openwrt", "/lib/preinit/", "80_mount_root", "81_imageprep_mix", "81_urandom_seed")]
    [InlineData("openwrt", "/etc/rc.d/", "S10boot", "S18imageprep-keygen", "S19dropbear", "S50uhttpd")]
    [InlineData("rc-sysinit", "/etc/rc.d/rc3.d/", "S00imageprep-mix", "S10network", "S54imageprep-keygen", "S55sshd", "S80postfix", "S85httpd")]
    [InlineData("sysvinit", "/etc/rcS.d/", "S01mountkernfs.sh", "S02udev", "S04checkroot.sh", "S04imageprep-mix", "S09urandom")]
    [InlineData("sysvinit", "/etc/rc2.d/", "S00imageprep-keygen", "S01apache2", "S01dbus", "S03ssh")]
    public void Names_OfOneFolder_SortInTheOrderOfTheContract(string init, string folder, params string[] names)
    {
        names.ShouldBe(names.Order(StringComparer.Ordinal));
        string[] placed =
        [
            .. ManifestEntry.ReadAll(init).Where(entry => Path.GetDirectoryName(entry.Path) + "/" == folder)
                .Select(entry => Path.GetFileName(entry.Path)),
        ];
        names.Where(name => name.Contains("imageprep", StringComparison.Ordinal)).ShouldBe(
            placed.Where(name => name.StartsWith('S') || name.StartsWith('8')).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("sysvinit", "/etc/rc{0}.d/S00imageprep-keygen")]
    [InlineData("rc-sysinit", "/etc/rc.d/rc{0}.d/S00imageprep-mix")]
    [InlineData("rc-sysinit", "/etc/rc.d/rc{0}.d/S54imageprep-keygen")]
    public void Links_OfRunlevels_AreInEachThatStartsSsh(string init, string link)
    {
        List<ManifestEntry> entries = ManifestEntry.ReadAll(init);
        foreach (int level in new[] { 2, 3, 4, 5 })
        {
            string path = link.Replace("{0}", $"{level}", StringComparison.Ordinal);
            entries.ShouldContain(entry => entry.Path == path && entry.Link != null);
        }
    }

    [Fact]
    public void OpenRc_Services_AreInRunlevelsBeforeThoseThatNeedThem()
    {
        List<ManifestEntry> entries = ManifestEntry.ReadAll("openrc");
        entries.ShouldContain(entry => entry.Path == "/etc/runlevels/boot/imageprep-mix" && entry.Link == "/etc/init.d/imageprep-mix");
        entries.ShouldContain(entry => entry.Path == "/etc/runlevels/default/imageprep-keygen" && entry.Link == "/etc/init.d/imageprep-keygen");
    }

    /// <summary>What Debian's own program makes of the headers, among headers as Debian's scripts have them.</summary>
    [Fact]
    public void Insserv_AmongDebiansScripts_PutsMixingBeforeTheSeedAndKeysBeforeTheirUsers()
    {
        OutsideTool.Require("insserv");
        Script("mountkernfs", "", "S");
        Script("udev", "mountkernfs", "S");
        Script("checkroot", "udev", "S");
        Script("mountall", "checkroot", "S");
        Script("hwclock", "checkroot", "S");
        Script("urandom", "$local_fs $time", "S");
        Script("networking", "mountkernfs $local_fs urandom", "S");
        Script("mountnfs", "$local_fs networking", "S");
        foreach (string service in new[] { "ssh", "dropbear", "apache2", "dbus" })
        {
            Script(service, "$remote_fs", "2 3 4 5");
        }

        foreach (string name in new[] { "imageprep-mix", "imageprep-keygen" })
        {
            Install(name, File.ReadAllText(TemplateFolder.Source("sysvinit", "etc/init.d/" + name)));
        }

        foreach (string level in new[] { "0", "1", "2", "3", "4", "5", "6", "S" })
        {
            Directory.CreateDirectory(_scratch.File($"etc/rc{level}.d"));
        }

        Directory.CreateDirectory(_scratch.File("none"));
        string facilities = _scratch.File("insserv.conf");
        File.WriteAllText(facilities, "$local_fs +mountall\n$remote_fs $local_fs +mountnfs\n$time +hwclock\n");
        string[] names = [.. Directory.EnumerateFiles(_scratch.File("etc/init.d")).Select(file => Path.GetFileName(file))];
        ToolResult result = OutsideTool.Run(
            "insserv",
            [
                "--path", _scratch.File("etc/init.d"), "--config", facilities,
                "--override", _scratch.File("none"), "--insserv-dir", _scratch.File("none"), .. names,
            ]);
        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldNotContain("loop");

        Number("S", "imageprep-mix").ShouldBeGreaterThan(Number("S", "mountall"));
        Number("S", "imageprep-mix").ShouldBeLessThan(Number("S", "urandom"));
        foreach (string service in new[] { "ssh", "dropbear", "apache2", "dbus" })
        {
            foreach (string level in new[] { "2", "3", "4", "5" })
            {
                Number(level, "imageprep-keygen").ShouldBeLessThan(Number(level, service));
            }
        }
    }

    private int Number(string level, string name) => int.Parse(
        Path.GetFileName(Directory.EnumerateFileSystemEntries(_scratch.File($"etc/rc{level}.d"), "S??" + name).Single())[1..3],
        System.Globalization.CultureInfo.InvariantCulture);

    private void Script(string name, string requires, string levels) => Install(
        name,
        $"""
        #!/bin/sh
        ### BEGIN INIT INFO
        # Provides: {name}
        # Required-Start: {requires}
        # Required-Stop:
        # Default-Start: {levels}
        # Default-Stop:
        # Short-Description: {name}
        ### END INIT INFO

        """);

    private void Install(string name, string text)
    {
        string file = _scratch.File("etc/init.d/" + name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        OutsideTool.Run("chmod", "0755", file).EnsureSuccess("chmod");
    }
}
