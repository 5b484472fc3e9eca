using ImagePrep.Errors;
using ImagePrep.Steps;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Tests.Steps;

public sealed class GuestStepTests
{
    [Fact]
    public void AddNodeEntropy_DebianGuest_PlacesUnitsScriptsAndSlots()
    {
        DebianGuest guest = new();

        IReadOnlyList<string> difference = guest.Difference(() => guest.Run("add-node-entropy").Outcome.Result.ShouldBe(StepResult.Changed));

        string[] added = [.. difference.Where(line => line.StartsWith("+ ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])];
        added.ShouldContain("/usr/lib/systemd/system/imageprep-mix.service");
        added.ShouldContain("/usr/lib/systemd/system/imageprep-keygen.service");
        added.ShouldContain("/etc/systemd/system/systemd-random-seed.service.d/50-imageprep.conf");
        added.ShouldNotContain(path => path.Contains("command"));
        difference.ShouldContain(line => line.StartsWith("+ /var/lib/systemd/random-seed 0600 0:0 user.random-seed-creditable=1 ", StringComparison.Ordinal));
        difference.ShouldContain("+ /usr/lib/systemd/system/sysinit.target.wants/imageprep-mix.service -> ../imageprep-mix.service");
        difference.ShouldContain(line => line.StartsWith("+ /usr/libexec/imageprep/mix 0755 0:0 #!/bin/sh", StringComparison.Ordinal));
    }

    [Fact]
    public void AddNodeEntropy_KeysOnCommand_MakesTheServicesWait()
    {
        DebianGuest guest = new();

        guest.Run("add-node-entropy", "{ when: command }");

        guest.FileSystem.Dump().ShouldContain(line => line.StartsWith("/etc/systemd/system/ssh.service.d/60-imageprep-command.conf ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("add-node-entropy")]
    [InlineData("remove-keygen")]
    public void Step_Twice_IsAlreadyDone(string step)
    {
        DebianGuest guest = new();
        guest.Run(step).Outcome.Result.ShouldBe(StepResult.Changed);

        guest.Run(step).Outcome.Result.ShouldBe(StepResult.AlreadyDone);
    }

    [Fact]
    public void AddNodeEntropy_OldSystemd_IsRefusedWithTheReason() =>
        Should.Throw<StepException>(() => new DebianGuest("207-1").Run("add-node-entropy")).Message.ShouldContain("systemd 208");

    [Fact]
    public void AddNodeEntropy_UnknownInit_IsRefusedWithWhatIsKnown()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/sbin/init", "elf", 0b111_101_101);

        string message = Should.Throw<StepException>(() => guest.Run("add-node-entropy")).Message;

        message.ShouldContain("/sbin/init leads to none");
        message.ShouldContain("openrc");
    }

    [Fact]
    public void AddNodeEntropy_NetworkGuard_NeedsAPacketFilter()
    {
        DebianGuest guest = new();
        Should.Throw<StepException>(() => guest.Run("add-node-entropy", "{ network-guard: true }")).Message.ShouldContain("nft or iptables");
        guest.FileSystem.Add("/usr/sbin/nft", "elf", 0b111_101_101);

        guest.Difference(() => guest.Run("add-node-entropy", "{ network-guard: true }"))
            .ShouldContain(line => line.StartsWith("+ /usr/lib/systemd/system/imageprep-network-guard.service ", StringComparison.Ordinal));
    }

    /// <summary>Each option, on and then off again.</summary>
    [Theory]
    [InlineData("when: command")]
    [InlineData("seed-credit: true")]
    [InlineData("network-guard: true")]
    [InlineData("ssh-key-types: [ed25519], rsa-bits: 4096, ecdsa-bits: 384, tls-key: ecdsa-p256, entropy-floor: 200")]
    public void AddNodeEntropy_OptionsOfAnEarlierRun_LeaveNothing(string earlier)
    {
        const string later = "{ seed-credit: false }";
        DebianGuest guest = WithFilter();
        DebianGuest fresh = WithFilter();
        guest.Run("add-node-entropy", $"{{ {earlier} }}");
        fresh.Run("add-node-entropy", later);

        guest.Run("add-node-entropy", later).Outcome.Result.ShouldBe(StepResult.Changed);

        guest.FileSystem.Dump().ShouldBe(fresh.FileSystem.Dump());
        guest.Run("add-node-entropy", later).Outcome.Result.ShouldBe(StepResult.AlreadyDone);

        static DebianGuest WithFilter()
        {
            DebianGuest made = new();
            made.FileSystem.Add("/usr/sbin/nft", "elf", 0b111_101_101);
            return made;
        }
    }

    [Fact]
    public void AddNodeEntropy_OptionTakenBack_NamesWhatIsRemovedAndLeavesWhatIsNotOurs()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/etc/systemd/system/systemd-random-seed.service.d/own.conf", "[Unit]\n");
        guest.Run("add-node-entropy");

        StepOutcome outcome = guest.Run("add-node-entropy", "{ seed-credit: false }").Outcome;

        outcome.Changes.Select(change => $"{change.Kind} {change.Path}").ShouldBe(
            ["Removed /etc/imageprep/seed-credit", "Removed /etc/systemd/system/systemd-random-seed.service.d/50-imageprep.conf"]);
        guest.FileSystem.Dump().ShouldContain("/etc/systemd/system/systemd-random-seed.service.d/own.conf 0644 0:0 [Unit]\\n");
    }

    [Fact]
    public void AddNodeEntropy_FolderOfDropInsIsALink_KeepsWhatItJustPlaced()
    {
        DebianGuest guest = new();
        guest.FileSystem.AddDirectory("/etc/systemd/system/ssh.service.d");
        guest.FileSystem.AddLink("/etc/systemd/system/dropbear.service.d", "ssh.service.d");

        guest.Run("add-node-entropy");

        guest.FileSystem.Dump().ShouldContain(line => line.StartsWith("/etc/systemd/system/ssh.service.d/50-imageprep.conf ", StringComparison.Ordinal));
        guest.Run("add-node-entropy").Outcome.Result.ShouldBe(StepResult.AlreadyDone);
    }

    [Fact]
    public void AddNodeEntropy_FolderOfDropInsLeadsToTheRoot_IsFollowedThere()
    {
        DebianGuest guest = new();
        guest.FileSystem.AddLink("/etc/systemd/system/dropbear.service.d", "/");
        guest.FileSystem.Add("/50-imageprep.conf", "[Unit]\n");

        guest.Run("add-node-entropy");

        guest.FileSystem.Dump().ShouldNotContain(line => line.StartsWith("/50-imageprep.conf ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/etc/imageprep")]
    [InlineData("/etc/imageprep/node.conf")]
    [InlineData("/etc/imageprep/seed-credit")]
    public void AddNodeEntropy_SomethingInTheWay_IsNamedWithWhatToDo(string path)
    {
        DebianGuest guest = new();
        if (path == "/etc/imageprep")
        {
            guest.FileSystem.AddLink(path, "/srv/nowhere");
        }
        else
        {
            guest.FileSystem.Add(path + "/full", "of this");
        }

        string message = Should.Throw<UnsupportedImageException>(() => guest.Run("add-node-entropy")).Message;

        message.ShouldStartWith(path + ": it is a ");
        message.ShouldContain("in the base");
    }

    [Fact]
    public void AddNodeEntropy_NoCredit_LeavesTheSettingOfSystemdAlone()
    {
        DebianGuest guest = new();

        guest.Run("add-node-entropy", "{ seed-credit: false }");

        guest.FileSystem.Dump().ShouldNotContain(line => line.StartsWith("/etc/systemd/system/systemd-random-seed.service.d/", StringComparison.Ordinal));
    }

    [Fact]
    public void AddNodeEntropy_KeyOptions_ReachTheGuestAsData()
    {
        DebianGuest guest = new();

        guest.Run("add-node-entropy", "{ ssh-key-types: [ed25519, ecdsa], rsa-bits: 4096, ecdsa-bits: 384, tls-key: ecdsa-p256, entropy-floor: 200 }");

        string line = guest.FileSystem.Dump().Single(line => line.StartsWith("/etc/imageprep/keygen.conf 0644 0:0 ", StringComparison.Ordinal));
        line.ShouldEndWith("\\nSSH_KEY_TYPES=ed25519,ecdsa\\nRSA_BITS=4096\\nECDSA_BITS=384\\nTLS_KEY=ecdsa-p256\\nENTROPY_FLOOR=200\\n");
    }

    [Theory]
    [InlineData("entropy-floor: 5000")]
    [InlineData("entropy-floor: -1")]
    [InlineData("rsa-bits: 1024")]
    [InlineData("tls-key: rsa-1024")]
    [InlineData("ssh-key-types: [dsa]")]
    [InlineData("ssh-key-types: []")]
    public void AddNodeEntropy_OptionOutOfRange_IsRefused(string option) =>
        Should.Throw<RecipeException>(() => new DebianGuest().Run("add-node-entropy", $"{{ {option} }}"));

    [Fact]
    public void RemoveKeygen_DebianGuest_MasksTheGenerator()
    {
        DebianGuest guest = new();

        guest.Difference(() => guest.Run("remove-keygen")).ShouldContain("+ /etc/systemd/system/sshd-keygen.service -> /dev/null");
    }

    [Theory]
    [InlineData("/etc/systemd/system/first-boot.service", "[Service]\nExecStart=/usr/bin/ssh-keygen -A\n", true)]
    [InlineData("/etc/systemd/system/first-boot.service", "[Service]\nExecStart=/usr/bin/ssh-keygen -l -f /etc/ssh/x\n", false)]
    [InlineData("/etc/systemd/system/first-boot.service", "# ssh-keygen -A\n[Service]\nExecStart=/bin/true\n", false)]
    [InlineData("/usr/lib/systemd/system/imageprep-x.service", "[Service]\nExecStart=ssh-keygen -A\n", false)]
    [InlineData("/usr/lib/systemd/system/sshd-keygen@.service", "[Service]\nExecStart=ssh-keygen -A\n", false)]
    [InlineData("/etc/rc.local", "#!/bin/sh\ndpkg-reconfigure -f noninteractive openssh-server\n", true)]
    [InlineData("/usr/lib/virt-sysprep/scripts/0001-keys", "openssl req -x509 -newkey rsa:2048 -nodes\n", true)]
    [InlineData("/etc/cron.d/keys", "@reboot root openssl genrsa -out /etc/k 2048\n", true)]
    [InlineData("/etc/init.d/other", "openssl req -in a.csr -noout\n", false)]
    public void RemoveKeygen_GeneratorThatNoEntryNames_IsReported(string path, string content, bool reported)
    {
        DebianGuest guest = new();
        guest.FileSystem.Add(path, content);

        guest.Run("remove-keygen").Context.Reported.Any(item => item.Id == "other-key-generator" && item.Path == path).ShouldBe(reported);
        guest.FileSystem.Dump().ShouldContain(line => line.StartsWith(path + " ", StringComparison.Ordinal));
    }

    [Fact]
    public void RemoveKeygen_CloudInit_IsToldToMakeNoKeys()
    {
        DebianGuest guest = new();
        guest.FileSystem.Add("/etc/cloud/cloud.cfg", "users: [default]\n");

        guest.Difference(() => guest.Run("remove-keygen"))
            .ShouldContain(line => line.StartsWith("+ /etc/cloud/cloud.cfg.d/99-imageprep.cfg 0644 0:0 ", StringComparison.Ordinal) && line.Contains("ssh_genkeytypes: []"));
    }
}
