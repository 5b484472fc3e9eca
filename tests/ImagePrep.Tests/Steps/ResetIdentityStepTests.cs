using ImagePrep.Errors;
using ImagePrep.Guests;
using ImagePrep.Steps;
using ImagePrep.Steps.ResetIdentity;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Steps;

public sealed class ResetIdentityStepTests
{
    [Fact]
    public void Apply_BakedGuest_RemovesKeysSeedsAndIdentities()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/var/lib/dbus/machine-id", DebianGuest.MachineId);
        guest.FileSystem.Add("/usr/sbin/make-ssl-cert", "#!/bin/sh", 0b111_101_101);
        guest.FileSystem.Add("/etc/ssl/private/ssl-cert-snakeoil.key", "-----BEGIN PRIVATE KEY-----", 0b110_100_000, groupId: 105);
        guest.FileSystem.Add("/etc/ssl/certs/ssl-cert-snakeoil.pem", "-----BEGIN CERTIFICATE-----");
        guest.FileSystem.AddLink("/etc/ssl/certs/2de5a1b3.0", "ssl-cert-snakeoil.pem");
        guest.FileSystem.AddLink("/etc/ssl/certs/deadbeef.0", "other.pem");

        IReadOnlyList<string> difference = guest.Difference(() => guest.Run("reset-identity").Outcome.Result.ShouldBe(StepResult.Changed));

        string[] removed = [.. difference.Where(line => line.StartsWith("- ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])];
        removed.ShouldBe(
            [
                "/etc/hostname", "/etc/hosts", "/etc/machine-id", "/etc/ssh/keys/odd", "/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_rsa_key.pub",
                "/etc/ssl/certs/2de5a1b3.0", "/etc/ssl/certs/ssl-cert-snakeoil.pem", "/etc/ssl/private/ssl-cert-snakeoil.key",
                "/var/lib/dbus/machine-id", "/var/lib/systemd/random-seed",
            ],
            ignoreOrder: true);
        difference.ShouldContain("+ /etc/hosts 0644 0:0 127.0.0.1 localhost\\n::1 localhost\\n");
        difference.Count(line => line.StartsWith("+ ", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public void Apply_Secrets_AreRecordedByCommitmentOnly()
    {
        DebianGuest guest = new();

        GuestStepContext context = guest.Run("reset-identity").Context;

        context.RemovedSecrets.Select(secret => secret.Path).ShouldBe(
            ["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_rsa_key.pub", "/var/lib/systemd/random-seed", "/etc/ssh/keys/odd"], ignoreOrder: true);
        context.RemovedSecrets.ShouldAllBe(secret => secret.Commitment.Length == 64 || secret.Commitment.Length == 0);
    }

    [Fact]
    public void Apply_Twice_IsAlreadyDone()
    {
        DebianGuest guest = new();
        guest.Run("reset-identity");

        guest.Run("reset-identity").Outcome.Result.ShouldBe(StepResult.AlreadyDone);
    }

    [Fact]
    public void Apply_Keep_LeavesWhatTheRecipeNames()
    {
        DebianGuest guest = new();

        guest.Run("reset-identity", "{ keep: [/etc/ssh/ssh_host_rsa_*] }");

        guest.FileSystem.Dump().ShouldContain(line => line.StartsWith("/etc/ssh/ssh_host_rsa_key ", StringComparison.Ordinal));
        guest.FileSystem.Dump().ShouldNotContain(line => line.StartsWith("/etc/ssh/keys/odd", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/root/.ssh")]
    [InlineData("/root")]
    [InlineData("/root/*")]
    public void Apply_KeepOfAFolder_LeavesAllBelowIt(string kept)
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/root/.ssh/id_ed25519", "own");
        guest.FileSystem.Add("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA");

        guest.Difference(() => guest.Run("reset-identity", $"{{ keep: [\"{kept}\"] }}")).ShouldNotContain(line => line.Contains("/root/"));
    }

    [Theory]
    [InlineData("/srv")]
    [InlineData("/srv/*")]
    [InlineData("/srv/data/?b")]
    [InlineData("/etc")]
    [InlineData("/srv/hsm.pub")]
    public void Apply_HostKeyLineThatNamesNoKeyFile_RemovesNothing(string named)
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/srv/data/db", "precious");
        guest.FileSystem.Add("/srv/hsm.pub", "ssh-rsa AAAA");
        guest.FileSystem.Add("/etc/ssh/sshd_config.d/own.conf", $"HostKey {named}\n");

        IReadOnlyList<string> difference = guest.Difference(() => guest.Run("reset-identity"));

        difference.ShouldNotContain(line => line.Contains("/srv/"));
        difference.ShouldNotContain(line => line.StartsWith("- /etc/ssh/sshd_config", StringComparison.Ordinal));
    }

    [Fact]
    public void Apply_HostKeyThatIsALink_RemovesTheKeyItLeadsTo()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/srv/secret/key", "-----BEGIN OPENSSH PRIVATE KEY-----");
        guest.FileSystem.AddLink("/etc/ssh/linked", "/srv/secret/key");
        guest.FileSystem.Add("/etc/ssh/sshd_config.d/own.conf", "HostKey /etc/ssh/linked\n");

        GuestStepContext context = guest.Run("reset-identity").Context;

        context.RemovedSecrets.ShouldContain(secret => secret.Path == "/srv/secret/key" && secret.Kind == "ssh-host-key");
        guest.FileSystem.Dump().ShouldNotContain(line => line.Contains("/srv/secret/key"));
    }

    [Fact]
    public void Apply_HomesOfServices_AreCleanedAsThoseOfPeople()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/etc/passwd", "root:x:0:0::/root:/bin/sh\nnova:x:64060:64060::/var/lib/nova:/bin/sh\nbad:x:1:1::relative:/\nnobody:x:65534:65534::/nonexistent:/\n");
        guest.FileSystem.Add("/var/lib/nova/.ssh/authorized_keys", "ssh-ed25519 AAAA");
        guest.FileSystem.Add("/var/lib/nova/.ssh/id_rsa", "own");
        guest.FileSystem.Add("/var/lib/nova/.bash_history", "secret --password");
        guest.FileSystem.Add("/var/lib/nova/disk", "stays");

        guest.Run("reset-identity");

        guest.FileSystem.Dump().Where(line => line.StartsWith("/var/lib/nova/", StringComparison.Ordinal) && !line.Contains("/ "))
            .ShouldBe(["/var/lib/nova/disk 0644 0:0 stays"]);
    }

    [Theory]
    [InlineData("/etc/ssh/authorized_keys.d/%u", "/etc/ssh/authorized_keys.d/admin")]
    [InlineData(".ssh/authorized_keys .config/more_keys", "/home/me/.config/more_keys")]
    [InlineData("%h/keys", "/home/me/keys")]
    [InlineData("/srv/keys", "/srv/keys")]
    public void Apply_AuthorizedKeysWhereSshdLooks_GoUnlessTheRecipeKeepsThem(string configured, string path)
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/etc/ssh/sshd_config.d/own.conf", $"AuthorizedKeysFile {configured}\n");
        guest.FileSystem.Add(path, "ssh-ed25519 AAAA");

        guest.Run("reset-identity", "{ keep-authorized-keys: true }");
        guest.FileSystem.Dump().ShouldContain(line => line.StartsWith(path + " ", StringComparison.Ordinal));
        guest.Run("reset-identity");
        guest.FileSystem.Dump().ShouldNotContain(line => line.StartsWith(path + " ", StringComparison.Ordinal));
    }

    [Fact]
    public void Apply_KeepMatchesNothing_IsReported()
    {
        DebianGuest guest = new();
        guest.FileSystem.AddLink("/keys", "/etc/ssh/keys");

        GuestStepContext context = guest.Run(
            "reset-identity",
            "{ keep: [/etc/ssh/ssh_hots_*, /etc/ssh/keys/od, /nowhere/*, /keys/odd, /etc/ssh/ssh_host_rsa_*, /etc/*odd, /etc/hosts, /*/random-????] }").Context;

        context.Reported.Where(item => item.Id == "keep").Select(item => item.Path)
            .ShouldBe(["/etc/ssh/ssh_hots_*", "/etc/ssh/keys/od", "/nowhere/*", "/keys/odd"]);
    }

    [Fact]
    public void Apply_KeepWithAnEndThatMatchesNothing_HidesNoKey()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/opt/app/server.pem", "-----BEGIN PRIVATE KEY-----\n" + new string('M', 64) + "\n-----END PRIVATE KEY-----\n");

        GuestStepContext context = guest.Run("reset-identity", "{ keep: [/opt/app/] }").Context;

        context.Reported.Select(item => item.Path).ShouldBe(["/opt/app/server.pem", "/opt/app/"]);
    }

    [Fact]
    public void Apply_KeepMatchesInsideAnInitramfsOnly_IsNotReported()
    {
        DebianGuest guest = new();
        guest.FileSystem.AddBytes("/boot/initrd.img-6.1.0", new CpioArchive().Add("etc/initiatorname.iscsi", "InitiatorName=iqn.x\n").End().ToGzip());

        GuestStepContext context = guest.Run("reset-identity", "{ keep: [/etc/initiatorname.*] }").Context;

        context.Reported.ShouldNotContain(item => item.Id == "keep");
    }

    [Fact]
    public void Apply_FullFolderInTheWay_IsNamedWithWhatToDo()
    {
        DebianGuest guest = new();
        guest.FileSystem.Unlink(guest.FileSystem.AddDirectory("/etc"), "hostname");
        guest.FileSystem.Add("/etc/hostname/full", "of this");

        Should.Throw<UnsupportedImageException>(() => guest.Run("reset-identity")).Message.ShouldBe(
            "/etc/hostname: it is a folder that holds something, where a file or a link is to be placed. Remove or rename it in the base.");
    }

    [Fact]
    public void Apply_KeyFolderIsALink_RemovesTheLinkNotItsTarget()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/srv/keys/a", "keep me");
        guest.FileSystem.AddLink("/etc/tinyssh/sshkeydir", "/srv/keys");

        guest.Run("reset-identity");

        guest.FileSystem.Dump().ShouldContain("/srv/keys/a 0644 0:0 keep me");
        guest.FileSystem.Dump().ShouldNotContain(line => line.Contains("sshkeydir"));
    }

    [Fact]
    public void Apply_KeyThatNothingNames_IsReportedOrRefused()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/opt/app/server.pem", "-----BEGIN PRIVATE KEY-----\n" + new string('M', 64) + "\n-----END PRIVATE KEY-----\n");

        guest.Run("reset-identity").Context.Reported.ShouldContain(item => item.Path == "/opt/app/server.pem");
        Should.Throw<StepException>(() => guest.Run("reset-identity", "{ remaining-keys: refuse }")).Message.ShouldContain("/opt/app/server.pem");
        guest.Run("reset-identity", "{ remaining-keys: refuse, keep: [/opt/app/*] }").Context.Reported.ShouldNotContain(item => item.Path == "/opt/app/server.pem");
    }

    [Fact]
    public void RemainingKeys_ReportNamesNoGuestPath_ChangesNothing()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/opt/app/server.pem", "-----BEGIN PRIVATE KEY-----\n" + new string('M', 64) + "\n-----END PRIVATE KEY-----\n");
        GuestStepContext context = guest.Run("remove-keygen").Context;
        context.Report(new ReportedItem("initramfs", "/boot/initrd.img:" + new string('a', 5000), "Too long for a path of the guest."));
        context.Report(new ReportedItem("none", "", "Without a path."));

        RemainingKeys.Report(context, [], refuse: false);

        context.Reported.ShouldContain(item => item.Path == "/opt/app/server.pem");
    }

    [Fact]
    public void Apply_AuthorizedKeys_GoUnlessTheRecipeKeepsThem()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA");

        guest.Run("reset-identity", "{ keep-authorized-keys: true }");
        guest.FileSystem.Dump().ShouldContain(line => line.StartsWith("/root/.ssh/authorized_keys ", StringComparison.Ordinal));
        guest.Run("reset-identity");
        guest.FileSystem.Dump().ShouldNotContain(line => line.StartsWith("/root/.ssh/authorized_keys ", StringComparison.Ordinal));
    }

    [Fact]
    public void Apply_PlacesSlotsThatNoMachineTakesForAnIdentity()
    {
        DebianGuest guest = new();

        GuestStepContext context = guest.Run("reset-identity").Context;

        context.Slots.Select(slot => (slot.Name, slot.Path.ToString(), slot.Placeholder.Length)).ShouldBe(
            [("machine-id", "/etc/machine-id", 33), ("hostname", "/etc/hostname", 65)]);
        GuestTree files = context.Files;
        files.ReadText("/etc/machine-id")!.Trim().ShouldBeEmpty();
    }
}
