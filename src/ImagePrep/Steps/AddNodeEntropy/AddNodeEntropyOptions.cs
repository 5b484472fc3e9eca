using ImagePrep.Recipes;

namespace ImagePrep.Steps.AddNodeEntropy;

/// <summary>Options of <c>add-node-entropy</c>.</summary>
/// <param name="KeysOnCommand">
/// False (default, <c>when: service-start</c>): keys are made just before the service first needs them. True (<c>when: command</c>): a management
/// application makes them with <c>imageprep-keygen run</c>, and the services wait for that.
/// </param>
/// <param name="CreditSeed">Whether the guest may count the node's seed as entropy, where its init can. Default: true.</param>
/// <param name="NetworkGuard">Whether inbound traffic is held until the keys exist. Default: false.</param>
/// <param name="SshKeyTypes">Types of SSH host keys that are made, of rsa, ecdsa and ed25519. Default: all.</param>
/// <param name="RsaBits">Length of RSA host keys in bits. Default: 3072.</param>
/// <param name="EcdsaBits">Curve of ECDSA host keys: NIST P-256, P-384 or P-521. Default: 256.</param>
/// <param name="TlsKey">Key of the self-signed certificate. Default: rsa-3072.</param>
/// <param name="EntropyFloor">Bits in the kernel's pool before a key is made, for kernels before 5.6; 0 for none. Default: 0.</param>
public sealed record AddNodeEntropyOptions(
    bool KeysOnCommand,
    bool CreditSeed,
    bool NetworkGuard,
    IReadOnlyList<string> SshKeyTypes,
    string RsaBits,
    string EcdsaBits,
    string TlsKey,
    int EntropyFloor)
{
    internal const string ServiceStart = "service-start";
    internal const string Command = "command";

    /// <summary>Size of the input pool of kernels before 5.18, in bits.</summary>
    private const int LargestPool = 4096;

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("when", OptionType.Choice, ServiceStart,
            "When keys are made: service-start, just before the service first needs them; command, when 'imageprep-keygen run' is called "
            + "(not with BusyBox, OpenWrt or RHEL 5).",
            [ServiceStart, Command]),
        new("seed-credit", OptionType.Flag, "true", "Whether the guest may count the node's seed as entropy, where its init system can. False mixes it only."),
        new("network-guard", OptionType.Flag, "false", "Whether inbound traffic is held until all keys exist; needs systemd and nft or iptables in the guest."),
        new("ssh-key-types", OptionType.Choices, "rsa,ecdsa,ed25519", "Types of SSH host keys that are made.", ["rsa", "ecdsa", "ed25519"]),
        new("rsa-bits", OptionType.Choice, "3072", "Length of RSA host keys; SP 800-131A allows 2048 and more.", ["2048", "3072", "4096"]),
        new("ecdsa-bits", OptionType.Choice, "256", "Curve of ECDSA host keys: NIST P-256, P-384 or P-521.", ["256", "384", "521"]),
        new("tls-key", OptionType.Choice, "rsa-3072", "Key of the self-signed certificate; all are allowed by SP 800-131A.",
            ["rsa-2048", "rsa-3072", "rsa-4096", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521"]),
        new("entropy-floor", OptionType.Number, "0",
            "Bits that the kernel must report in its pool before a key is made, at most the size of its pool; for kernels before 5.6. 0: its own word that it is ready.",
            Check: value => (int)value <= LargestPool ? null : $"is more than any pool of Linux holds: {LargestPool} bits"),
    ];

    /// <summary>Names of the options that are on, as conditions of templates ask for them.</summary>
    public IReadOnlySet<string> Names
    {
        get
        {
            HashSet<string> names = new(StringComparer.Ordinal);
            Add(names, KeysOnCommand, "command");
            Add(names, CreditSeed, "seed-credit");
            Add(names, NetworkGuard, "network-guard");
            return names;
        }
    }

    public static AddNodeEntropyOptions From(OptionValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new AddNodeEntropyOptions(
            values.Choice("when") == Command,
            values.Flag("seed-credit"),
            values.Flag("network-guard"),
            values.Choices("ssh-key-types"),
            values.Choice("rsa-bits"),
            values.Choice("ecdsa-bits"),
            values.Choice("tls-key"),
            values.Number("entropy-floor"));
    }

    private static void Add(HashSet<string> names, bool isOn, string name)
    {
        if (isOn)
        {
            names.Add(name);
        }
    }
}
