using ImagePrep.Recipes;

namespace ImagePrep.Steps.ResetIdentity;

/// <summary>Options of <c>reset-identity</c>.</summary>
/// <param name="Keep">Guest paths (patterns) that stay although the catalog names them. Default: none.</param>
/// <param name="KeepAuthorizedKeys">Whether the authorized_keys of all accounts stay. Default: false.</param>
/// <param name="RefuseRemainingKeys">Whether a private key that nothing names stops the run; it is reported in any case. Default: false.</param>
public sealed record ResetIdentityOptions(IReadOnlyList<string> Keep, bool KeepAuthorizedKeys, bool RefuseRemainingKeys)
{
    private const string Report = "report";
    private const string Refuse = "refuse";

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("keep", OptionType.Paths, "", "Guest paths or patterns that stay, with all below them, although the catalog names them, such as host keys of a fleet that must share them."),
        new("keep-authorized-keys", OptionType.Flag, "false", "Whether the authorized_keys of all accounts stay: who made the base can then log in to every node."),
        new("remaining-keys", OptionType.Choice, Report,
            "What happens to private keys, recognised by content, that nothing names: report them and leave them, or refuse the guest.", [Report, Refuse]),
    ];

    public static ResetIdentityOptions From(OptionValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new ResetIdentityOptions(values.Paths("keep"), values.Flag("keep-authorized-keys"), values.Choice("remaining-keys") == Refuse);
    }
}
