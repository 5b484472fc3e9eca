using ImagePrep.Catalog;
using ImagePrep.Steps;
using ImagePrep.TestKit;
using ImagePrep.Tests.Steps;

namespace ImagePrep.Tests.Catalog;

/// <summary>Each action on a guest: what it changes, and that a second time changes nothing.</summary>
public sealed class CatalogActionTests
{
    private const string Tail = "\n  what: a thing\n  why: Because.\n  source: a page\n";

    [Fact]
    public void Remove_FolderWithSomethingKept_LeavesThatAndItsFolder()
    {
        DebianGuest guest = With("remove: /srv/keys");
        guest.FileSystem.Add("/srv/keys/a", "secret");
        guest.FileSystem.Add("/srv/keys/deep/b", "secret");

        guest.Difference(() => guest.Run("reset-identity", "{ keep: [/srv/keys/deep/b] }"))
            .Where(line => line.Contains("/srv/")).ShouldBe(["- /srv/keys/a 0644 0:0 secret"]);
    }

    [Fact]
    public void Remove_PatternMeetsWhatTheCatalogKeeps_LeavesIt()
    {
        DebianGuest guest = With("remove: [/etc/certs/*, /etc/other/ca.pem]\n  keep: [/etc/certs/ca*, /etc/other/*]");
        guest.FileSystem.Add("/etc/certs/ca.pem", "public");
        guest.FileSystem.Add("/etc/certs/own.pem", "own");
        guest.FileSystem.Add("/etc/other/ca.pem", "named by an entry");

        guest.Difference(() => guest.Run("reset-identity")).Where(line => line.Contains(".pem "))
            .ShouldBe(["- /etc/certs/own.pem 0644 0:0 own", "- /etc/other/ca.pem 0644 0:0 named by an entry"]);
    }

    [Fact]
    public void Empty_FileWithContent_KeepsModeAndOwnerAndIsRecorded()
    {
        DebianGuest guest = With("empty: /etc/own.keys\n  secret: token");
        guest.FileSystem.Add("/etc/own.keys", "1 SHA1 HEX:0123456789abcdef0123456789abcdef", 0b110_100_000, userId: 7, groupId: 8);

        GuestStepContext? context = null;
        guest.Difference(() => context = guest.Run("reset-identity").Context).ShouldContain("+ /etc/own.keys 0640 7:8 ");

        context!.RemovedSecrets.ShouldContain(secret => secret.Path == "/etc/own.keys" && secret.Kind == "token" && secret.Commitment.Length == 64);
        Again(guest);
    }

    [Fact]
    public void DropLines_OtherBytes_Survive()
    {
        DebianGuest guest = With("drop-lines: { paths: [/etc/ifcfg-*], match: '^(HWADDR|UUID)=' }");
        guest.FileSystem.Add("/etc/ifcfg-eth0", "DEVICE=eth0\nHWADDR=00:11:22:33:44:55\nNAME=é\nUUID=1\n");

        guest.Difference(() => guest.Run("reset-identity")).ShouldContain("+ /etc/ifcfg-eth0 0644 0:0 DEVICE=eth0\\nNAME=é\\n");
        Again(guest);
    }

    [Theory]
    [InlineData("", "KEY=1\n")]
    [InlineData("A=2\n", "A=2\nKEY=1\n")]
    [InlineData("A=2", "A=2\nKEY=1\n")]
    [InlineData("#KEY=0\nKEY=0\nKEYS=3\n", "#KEY=0\nKEY=1\nKEYS=3\n")]
    [InlineData("KEY=0\n export KEY=0\n", "KEY=0\nKEY=1\n")]
    public void Set_ShellStyle_ReplacesTheLineThatCounts(string before, string after) =>
        Set("set: { path: /etc/x, key: KEY, value: '1' }", before, after);

    [Theory]
    [InlineData("", "[S]\nkey = 1\n")]
    [InlineData("[T]\nkey = 0\n", "[T]\nkey = 0\n[S]\nkey = 1\n")]
    [InlineData("[S]\nkey=0\n[T]\nkey = 0\n", "[S]\nkey = 1\n[T]\nkey = 0\n")]
    [InlineData("[S]\nother = 0\n[T]\n", "[S]\nother = 0\nkey = 1\n[T]\n")]
    public void Set_IniStyle_StaysInItsSection(string before, string after) =>
        Set("set: { path: /etc/x, key: key, value: '1', style: ini, section: S }", before, after);

    [Theory]
    [InlineData("a:\n  key: 0\n", "a:\n  key: 0\nkey: 1\n")]
    [InlineData("key: 0\nb: 2\n", "key: 1\nb: 2\n")]
    public void Set_YamlStyle_IsAtTheOutermostLevel(string before, string after) =>
        Set("set: { path: /etc/x, key: key, value: '1', style: yaml }", before, after);

    [Fact]
    public void Set_MissingFile_IsMadeOnlyWhenAsked()
    {
        DebianGuest guest = With("set:\n    - { path: /etc/x, key: A, value: '1' }\n    - { path: /etc/y, key: B, value: '2', create: true }");

        IReadOnlyList<string> difference = guest.Difference(() => guest.Run("remove-keygen"));

        difference.ShouldContain("+ /etc/y 0644 0:0 B=2\\n");
        difference.ShouldNotContain(line => line.Contains("/etc/x "));
    }

    [Theory]
    [InlineData("console=tty1 root=PARTUUID=1 init=/usr/lib/raspberrypi-sys-mods/firstboot quiet\n", "console=tty1 root=PARTUUID=1 quiet\n")]
    [InlineData("quiet init=/x", "quiet")]
    [InlineData("init=/x quiet\n", "quiet\n")]
    [InlineData("\tlinux /vmlinuz root=UUID=1 ro init=/x\n\tinitrd /initrd.img\n", "\tlinux /vmlinuz root=UUID=1 ro\n\tinitrd /initrd.img\n")]
    [InlineData("GRUB_CMDLINE_LINUX=\"init=/x\"\nGRUB_TIMEOUT=5\n", "GRUB_CMDLINE_LINUX=\"\"\nGRUB_TIMEOUT=5\n")]
    [InlineData("GRUB_CMDLINE_LINUX='quiet init=/x ro'\n", "GRUB_CMDLINE_LINUX='quiet ro'\n")]
    [InlineData("quiet init=\"/x y\" ro\n", "quiet ro\n")]
    [InlineData("quiet init=\"/x y\n", "quiet\"/x y\n")]
    [InlineData("reinit=/x init= noinit\n", "reinit=/x noinit\n")]
    public void DropWords_CommandLine_LosesTheWordOnly(string before, string after)
    {
        DebianGuest guest = With("drop-words: { paths: [/boot/own.txt], match: 'init=.*' }");
        guest.FileSystem.Add("/boot/own.txt", before);

        guest.Run("remove-keygen");

        guest.FileSystem.Dump().ShouldContain($"/boot/own.txt 0644 0:0 {after.Replace("\n", "\\n")}");
    }

    [Fact]
    public void DropWords_EnvironmentOfGrub_KeepsItsLength()
    {
        const string Before = "# GRUB Environment Block\nkernelopts=root=/dev/sda1 init=/x ro\n";
        DebianGuest guest = With("drop-words: { paths: [/boot/grub2/grubenv], match: 'init=.*' }");
        guest.FileSystem.Add("/boot/grub2/grubenv", Before.PadRight(1024, '#'));

        guest.Run("remove-keygen");

        guest.FileSystem.Dump().ShouldContain(
            "/boot/grub2/grubenv 0644 0:0 " + Before.Replace(" init=/x", "").PadRight(1024, '#').Replace("\n", "\\n"));
    }

    [Fact]
    public void MaskAndGate_Units_GetLinkAndDropIn()
    {
        DebianGuest guest = With("mask: a@.service\n  gate: b.service");

        IReadOnlyList<string> difference = guest.Difference(() => guest.Run("remove-keygen"));

        difference.ShouldContain("+ /etc/systemd/system/a@.service -> /dev/null");
        difference.ShouldContain(line => line.StartsWith("+ /etc/systemd/system/b.service.d/50-imageprep-pool.conf 0644 0:0 ", StringComparison.Ordinal)
            && line.Contains("Requires=imageprep-pool.service\\nAfter=imageprep-pool.service\\n"));
        Again(guest, "remove-keygen");
    }

    [Fact]
    public void Report_WhatStays_IsNamed()
    {
        DebianGuest guest = With("report: /etc/own/*");
        guest.FileSystem.Add("/etc/own/header", "x");

        guest.Run("reset-identity").Context.Reported.ShouldContain(new ReportedItem("own", "/etc/own/header", "Because."));
    }

    [Fact]
    public void When_ConditionDoesNotHold_NothingHappens()
    {
        DebianGuest guest = With("remove: /srv/a\n  when: [\"init:openrc\"]");
        guest.FileSystem.Add("/srv/a", "x");

        guest.Run("reset-identity");

        guest.FileSystem.Dump().ShouldContain("/srv/a 0644 0:0 x");
    }

    private static void Set(string action, string before, string after)
    {
        DebianGuest guest = With(action);
        guest.FileSystem.Add("/etc/x", before);

        guest.Run("remove-keygen");

        guest.FileSystem.Dump().ShouldContain($"/etc/x 0644 0:0 {after.Replace("\n", "\\n")}");
        Again(guest, "remove-keygen");
    }

    [Fact]
    public void ReportLines_OnlyFilesWithSuchALine_AreNamed()
    {
        DebianGuest guest = With("report-lines: { paths: [/etc/own/*], match: '^mac=' }");
        guest.FileSystem.Add("/etc/own/a", "x=1\nmac=2\n");
        guest.FileSystem.Add("/etc/own/b", "x=1\n#mac=2\n");
        guest.FileSystem.AddDirectory("/etc/own/c");

        guest.Run("reset-identity").Context.Reported.Where(item => item.Id == "own").Select(item => item.Path).ShouldBe(["/etc/own/a"]);
    }

    private static void Again(DebianGuest guest, string step = "reset-identity") => guest.Run(step).Outcome.Result.ShouldBe(StepResult.AlreadyDone);

    private static DebianGuest With(string entry)
    {
        using ScratchFolder folder = new();
        string file = folder.File("own.yaml");
        File.WriteAllText(file, $"- id: own\n  {entry}{Tail}");
        return new DebianGuest { Catalog = GuestCatalog.With([file]) };
    }
}
