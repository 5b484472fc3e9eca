using ImagePrep.Recipes;

namespace ImagePrep.Steps.ResetIdentity;

/// <summary>Options of <c>reset-identity</c>.</summary>
/// <param name="Keep">Guest paths (patterns) that stay although the catalog names them. Default: none.</param>
public sealed record ResetIdentityOptions(IReadOnlyList<string> Keep)
{
    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("keep", OptionType.Paths, "", "Guest paths or patterns that stay although the catalog names them."),
    ];

    public static ResetIdentityOptions From(OptionValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new ResetIdentityOptions(values.Paths("keep"));
    }
}
