using ImagePrep.Guests;
using ImagePrep.Storage.Blocks;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Guests;

public sealed class InitFinderTests
{
    [Theory]
    [InlineData("/usr/lib/systemd/libsystemd-shared-252-32.el9_4.so", 252)]
    [InlineData("/usr/lib64/systemd/libsystemd-shared-254.5-2.fc39.so", 254)]
    [InlineData("/usr/lib/aarch64-linux-gnu/systemd/libsystemd-shared-257.so", 257)]
    public void Find_SystemdWithoutPackageList_TakesTheVersionOfItsLibrary(string library, int version) =>
        Init(("/sbin/init", "->/usr/lib/systemd/systemd"), ("/usr/lib/systemd/systemd", "elf"), (library, "elf")).ShouldBe(new InitSystem("systemd", version));

    [Theory]
    [InlineData("junk\0systemd 2x\0systemd 219\nmore\0", 219)]
    [InlineData("junk\0systemd 208\0", 208)]
    [InlineData("systemd 219\n", 0)]
    [InlineData("\0systemd 219", 0)]
    [InlineData("\0systemd ", 0)]
    public void Find_OldSystemd_TakesTheVersionInsideTheProgram(string program, int version) =>
        Init(("/sbin/init", "->../lib/systemd/systemd"), ("/lib/systemd/systemd", program)).ShouldBe(new InitSystem("systemd", version));

    [Fact]
    public void Find_SysVinitBesideSystemd_TakesWhatSbinInitIs() =>
        Init(("/sbin/init", "elf"), ("/lib/systemd/systemd", "elf"), ("/etc/inittab", "x"), ("/etc/init.d/rc", "x")).Name.ShouldBe(InitSystem.SysVinit);

    [Fact]
    public void Find_Alpine_IsOpenRcThoughBusyBoxIsPid1() =>
        Init(("/sbin/init", "->/bin/busybox"), ("/bin/busybox", "elf"), ("/sbin/openrc", "elf"), ("/etc/inittab", "x")).Name.ShouldBe(InitSystem.OpenRc);

    [Fact]
    public void Find_Buildroot_IsBusyBox() =>
        Init(("/sbin/init", "->../bin/busybox"), ("/bin/busybox", "elf"), ("/etc/init.d/rcS", "x"), ("/etc/inittab", "x")).Name.ShouldBe(InitSystem.BusyBox);

    [Fact]
    public void Find_OpenWrt_IsProcd() =>
        Init(("/sbin/init", "elf"), ("/sbin/procd", "elf"), ("/bin/busybox", "elf")).Name.ShouldBe(InitSystem.OpenWrt);

    [Fact]
    public void Find_Rhel6_IsRcSysinit() =>
        Init(("/sbin/init", "elf"), ("/etc/rc.d/rc.sysinit", "x"), ("/etc/inittab", "x")).Name.ShouldBe(InitSystem.RcSysinit);

    [Fact]
    public void Find_SomethingElse_IsUnknown() => Init(("/sbin/init", "elf"), ("/etc/runit/1", "x")).Name.ShouldBe(InitSystem.Unknown);

    [Fact]
    public void Describe_Features_ComeFromFiles()
    {
        GuestFeatures features = Describe(
            ("/usr/sbin/sshd", "elf"), ("/usr/sbin/dropbear", "elf"), ("/etc/systemd/system/sockets.target.wants/ssh.socket", "->/lib/x"),
            ("/etc/cloud/cloud.cfg", "x"), ("/usr/sbin/waagent", "x"), ("/etc/selinux/config", "# SELINUX=disabled\nSELINUX=permissive\n"),
            ("/usr/bin/dracut", "x"), ("/bin", "->usr/bin"), ("/boot/firmware/cmdline.txt", "quiet init=/usr/lib/x/firstboot\n")).Features;

        features.SshServers.ShouldBe(["openssh", "dropbear"]);
        features.SshSocket.ShouldBeTrue();
        features.Agents.ShouldBe(["cloud-init", "waagent"]);
        features.Selinux.ShouldBe("permissive");
        features.Initramfs.ShouldBe(["dracut"]);
        features.UsrMerged.ShouldBeTrue();
        features.FirstBootScript.ShouldBe("/usr/lib/x/firstboot");
    }

    [Fact]
    public void Describe_BareGuest_HasNoFeatures()
    {
        GuestFeatures features = Describe(("/etc/selinux/config", "SELINUX=nonsense\n")).Features;

        (features.SshServers.Count, features.SshSocket, features.Agents.Count, features.Initramfs.Count, features.UsrMerged, features.FirstBootScript)
            .ShouldBe((0, false, 0, 0, false, ""));
        features.Selinux.ShouldBe("enforcing");
    }

    [Theory]
    [InlineData("CentOS release 6.10 (Final)\n", "centos", "6.10")]
    [InlineData("Red Hat Enterprise Linux Server release 6.4 (Santiago)\n", "rhel", "6.4")]
    public void Describe_NoOsRelease_ReadsRedHatRelease(string text, string id, string version) =>
        (Describe(("/etc/redhat-release", text)).Release.Id, Describe(("/etc/redhat-release", text)).Release.VersionId).ShouldBe((id, version));

    private static InitSystem Init(params (string Path, string Content)[] files) => Describe(files).Init;

    private static Guest Describe(params (string Path, string Content)[] files)
    {
        MemoryFileSystem root = new();
        foreach ((string path, string content) in files)
        {
            if (content.StartsWith("->", StringComparison.Ordinal))
            {
                root.AddLink(path, content[2..]);
            }
            else
            {
                root.Add(path, content);
            }
        }

        return GuestFinder.Describe(new GuestTree([new Mount(GuestPath.Root, 1, new ByteRange(1 << 20, 1 << 20), root)]));
    }
}
