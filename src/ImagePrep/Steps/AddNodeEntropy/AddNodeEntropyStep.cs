using ImagePrep.Errors;
using ImagePrep.Guests;
using ImagePrep.Recipes;

namespace ImagePrep.Steps.AddNodeEntropy;

/// <summary>Gives the guest a seed slot, node-specific mixing before it, and key generation that waits for the initialised pool.</summary>
internal sealed class AddNodeEntropyStep : IGuestStep
{
    public const string StepName = "add-node-entropy";

    /// <summary>There when the image lets a node count its seed: the recipe asks for it, and the init can.</summary>
    public const string SeedCreditPath = "/etc/imageprep/seed-credit";

    /// <summary>The first systemd that keeps its seed in /var/lib/systemd (A01, A02 of the inventory).</summary>
    private const int OldestSystemd = 208;

    private const int SettingsPermissions = 0b110_100_100;

    /// <summary>Makes host keys whenever it starts, and can be told not to since RHEL 6.</summary>
    private const string RedHatSshScript = "/etc/rc.d/init.d/sshd";

    private static readonly string[] PacketFilters = ["/usr/sbin/nft", "/sbin/nft", "/usr/sbin/iptables", "/sbin/iptables"];

    public string Name => StepName;

    public string Summary => "Adds the slots seed and node, mixes node data into the pool at boot, and makes keys late, from an initialised pool.";

    public IReadOnlyList<OptionDefinition> Options => AddNodeEntropyOptions.Definitions;

    public StepOutcome Apply(GuestStepContext context, OptionValues options)
    {
        AddNodeEntropyOptions own = AddNodeEntropyOptions.From(options);
        RefuseUnknownInit(context.Guest.Init);
        if (own.KeysOnCommand)
        {
            RefuseCommandInVain(context);
        }

        if (own.NetworkGuard)
        {
            RefuseWithoutFilter(context);
        }

        context.PlaceTemplates(Name, own.Names);
        context.Files.PutFile(GuestPath.Parse(KeygenSettings.Path), KeygenSettings.Write(own), SettingsPermissions);
        return StepOutcome.Of(context.Files.TakeChanges());
    }

    private void RefuseUnknownInit(InitSystem init)
    {
        if (init.Name == InitSystem.Unknown)
        {
            throw new StepException(
                Name,
                "cannot tell what boots this guest: /sbin/init leads to none of the init systems it knows, which are "
                + $"{string.Join(", ", InitSystem.Supported)}. Without that there is no place where a seed would be loaded or a key be made.");
        }

        if (init.Name == InitSystem.Systemd && init.Version < OldestSystemd)
        {
            string found = init.Version == 0 ? "its version cannot be told, from no package list, library or program" : $"found {init.Version}";
            throw new StepException(Name, $"needs systemd {OldestSystemd} or later, whose random seed is in /var/lib/systemd; {found}.");
        }
    }

    /// <summary>Keys wait for the command only where no SSH server makes them before it comes.</summary>
    private void RefuseCommandInVain(GuestStepContext context)
    {
        string init = context.Guest.Init.Name;
        bool scriptMakesKeys = init == InitSystem.RcSysinit
            && context.Files.ReadText(RedHatSshScript) is { } script
            && script.Contains("ssh-keygen", StringComparison.Ordinal)
            && !script.Contains("AUTOCREATE_SERVER_KEYS", StringComparison.Ordinal);
        string? maker = init is InitSystem.BusyBox or InitSystem.OpenWrt ? $"the SSH servers of guests with {init}, at their start or at the first connection"
            : scriptMakesKeys ? $"{RedHatSshScript} of this guest, at each start, and cannot be told not to"
            : null;
        if (maker is not null)
        {
            throw new StepException(
                Name, $"when: command is in vain where keys are made without it, here by {maker}. Leave it out, or say when: service-start.");
        }
    }

    private void RefuseWithoutFilter(GuestStepContext context)
    {
        if (context.Guest.Init.Name != InitSystem.Systemd)
        {
            throw new StepException(Name, $"network-guard needs systemd, which orders it before the network; this guest has {context.Guest.Init.Name}. Leave it out.");
        }

        if (!PacketFilters.Any(context.Files.Exists))
        {
            throw new StepException(Name, "network-guard needs nft or iptables in the guest, and finds neither. Install nftables in the base, or leave it out.");
        }
    }
}
