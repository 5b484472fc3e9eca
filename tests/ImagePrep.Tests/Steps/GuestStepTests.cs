using ImagePrep.Errors;
using ImagePrep.Steps;

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
    public void RemoveKeygen_DebianGuest_MasksTheGenerator()
    {
        DebianGuest guest = new();

        guest.Difference(() => guest.Run("remove-keygen")).ShouldContain("+ /etc/systemd/system/sshd-keygen.service -> /dev/null");
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
