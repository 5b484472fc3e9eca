using ImagePrep.Errors;
using ImagePrep.Guests;
using ImagePrep.Recipes;

namespace ImagePrep.Steps.AddNodeEntropy;

/// <summary>Gives the guest a seed slot, node-specific mixing before it, and key generation that waits for the initialised pool.</summary>
internal sealed class AddNodeEntropyStep : IGuestStep
{
    /// <summary>The first systemd whose random-seed service can credit a seed and waits for the pool (A04 of the inventory).</summary>
    private const int OldestSystemd = 243;

    public string Name => "add-node-entropy";

    public string Summary => "Adds the slots seed and node, mixes node data into the pool at boot, and makes keys late, from an initialised pool.";

    public IReadOnlyList<OptionDefinition> Options => AddNodeEntropyOptions.Definitions;

    public StepOutcome Apply(GuestStepContext context, OptionValues options)
    {
        InitSystem init = context.Guest.Init;
        if (init.Name != InitSystem.Systemd || init.Version < OldestSystemd)
        {
            throw new StepException(
                Name,
                $"needs systemd {OldestSystemd} or later as the guest's init; found {init.Name} {init.Version}. Other inits are not supported yet.");
        }

        context.PlaceTemplates(Name, AddNodeEntropyOptions.From(options).KeysOnCommand);
        return StepOutcome.Of(context.Files.TakeChanges());
    }
}
