using ImagePrep.Recipes;

namespace ImagePrep.Steps.RemoveKeygen;

/// <summary><c>remove-keygen</c> has no options: a generator that stays on would make keys before the guest has entropy.</summary>
public sealed record RemoveKeygenOptions
{
    public static IReadOnlyList<OptionDefinition> Definitions { get; } = [];
}
