using ImagePrep.Catalog;
using ImagePrep.Guests;
using ImagePrep.Recipes;
using ImagePrep.Steps;
using ImagePrep.Storage.Blocks;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Steps;

/// <summary>A small Debian guest in memory, as its packages leave it, and a way to run one step on it.</summary>
internal sealed class DebianGuest
{
    public const string MachineId = "0123456789abcdef0123456789abcdef";

    public DebianGuest(string systemd = "252.39-1~deb12u1")
    {
        FileSystem.Add("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        FileSystem.Add(
            "/var/lib/dpkg/status",
            $"""
            Package: systemd
            Status: install ok installed
            Version: {systemd}

            Package: openssh-server
            Status: install ok installed
            Version: 1:9.2p1-2+deb12u7

            Package: gone
            Status: deinstall ok config-files
            Version: 1

            """);
        FileSystem.Add("/usr/lib/systemd/systemd", "elf");
        FileSystem.Add("/usr/sbin/sshd", "elf", 0b111_101_101);
        FileSystem.Add("/etc/machine-id", MachineId + "\n", 0b100_100_100);
        FileSystem.Add("/etc/hostname", "base\n");
        FileSystem.Add("/etc/hosts", "127.0.0.1 localhost\n127.0.1.1 base.example base\n::1 localhost\n");
        FileSystem.Add("/etc/ssh/sshd_config", "PermitRootLogin no\nHostKey /etc/ssh/keys/odd\n");
        FileSystem.Add("/etc/ssh/keys/odd", "-----BEGIN OPENSSH PRIVATE KEY-----", 0b110_000_000);
        FileSystem.Add("/etc/ssh/ssh_host_rsa_key", "-----BEGIN OPENSSH PRIVATE KEY-----", 0b110_000_000);
        FileSystem.Add("/etc/ssh/ssh_host_rsa_key.pub", "ssh-rsa AAAAB3NzaC1yc2E");
        FileSystem.Add("/var/lib/systemd/random-seed", new string('s', 512), 0b110_000_000);
    }

    public MemoryFileSystem FileSystem { get; } = new();

    public GuestCatalog Catalog { get; init; } = GuestCatalog.BuiltIn;

    /// <summary>Runs one step with its default options or those given, as YAML.</summary>
    public (StepOutcome Outcome, GuestStepContext Context) Run(string step, string options = "{}")
    {
        string generator = step == "add-node-entropy" ? "" : ", add-node-entropy: {}";
        Recipe recipe = RecipeReader.Read($"name: test\nsteps: {{ {step}: {options}{generator} }}", "test");
        GuestEditor files = new([new Mount(GuestPath.Root, 1, new ByteRange(1 << 20, 1L << 30), FileSystem, FileSystem)]);
        GuestStepContext context = new(files, GuestFinder.Describe(files), Catalog);
        RecipeStep asked = recipe.Step(step)!;
        return (((IGuestStep)asked.Step).Apply(context, asked.Options), context);
    }

    /// <summary>What a step added to, took from and changed in the tree: lines of <see cref="MemoryFileSystem.Dump"/> with '+' and '-'.</summary>
    public IReadOnlyList<string> Difference(Action act)
    {
        IReadOnlyList<string> before = FileSystem.Dump();
        act();
        IReadOnlyList<string> after = FileSystem.Dump();
        return [.. before.Except(after).Select(line => "- " + line), .. after.Except(before).Select(line => "+ " + line)];
    }
}
