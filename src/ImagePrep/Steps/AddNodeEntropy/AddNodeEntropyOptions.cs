using ImagePrep.Recipes;

namespace ImagePrep.Steps.AddNodeEntropy;

/// <summary>Options of <c>add-node-entropy</c>.</summary>
/// <param name="KeysOnCommand">
/// False (default, <c>when: service-start</c>): keys are made just before the service first needs them. True (<c>when: command</c>): a management
/// application makes them with <c>imageprep-keygen run</c>, and the services wait for that.
/// </param>
public sealed record AddNodeEntropyOptions(bool KeysOnCommand)
{
    private const string ServiceStart = "service-start";
    private const string Command = "command";

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("when", OptionType.Choice, ServiceStart,
            "When keys are made: service-start, just before the service first needs them; command, when 'imageprep-keygen run' is called.",
            [ServiceStart, Command]),
    ];

    public static AddNodeEntropyOptions From(OptionValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new AddNodeEntropyOptions(values.Choice("when") == Command);
    }
}
