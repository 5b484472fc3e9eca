using ImagePrep.Recipes;

namespace ImagePrep.Steps.RemoveKeygen;

/// <summary>Turns off what would make keys at first boot, in the way that survives presets and package upgrades: masks and configuration.</summary>
internal sealed class RemoveKeygenStep : IGuestStep
{
    public string Name => "remove-keygen";

    public string Summary => "Turns off generators that would make keys at first boot, before the guest has entropy.";

    public IReadOnlyList<OptionDefinition> Options => RemoveKeygenOptions.Definitions;

    public StepOutcome Apply(GuestStepContext context, OptionValues options)
    {
        if (!context.Guest.HasSshServer && !context.Guest.HasCloudInit)
        {
            return StepOutcome.NotApplicable("neither an SSH server nor cloud-init is installed, so nothing makes keys at first boot");
        }

        context.PlaceTemplates(Name, keysOnCommand: false);
        return StepOutcome.Of(context.Files.TakeChanges());
    }
}
