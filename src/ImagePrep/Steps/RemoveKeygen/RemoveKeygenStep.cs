using ImagePrep.Catalog;
using ImagePrep.Catalog.Actions;
using ImagePrep.Recipes;

namespace ImagePrep.Steps.RemoveKeygen;

/// <summary>
/// Turns off what would make keys at first boot, or makes it wait, in the way that survives presets and package upgrades: masks and configuration. What
/// that is for each guest is data, in the catalog.
/// </summary>
internal sealed class RemoveKeygenStep : IGuestStep
{
    public string Name => "remove-keygen";

    public string Summary => "Turns off generators that would make keys at first boot, before the guest has entropy, or makes them wait for it.";

    public IReadOnlyList<OptionDefinition> Options => RemoveKeygenOptions.Definitions;

    public StepOutcome Apply(GuestStepContext context, OptionValues options)
    {
        CatalogScope scope = new(context.Files, keptByRecipe: [], context.Catalog.Kept);
        bool any = false;
        foreach ((_, CatalogAction action) in context.Catalog.For(CatalogStage.Configure, context.Files, context.Guest))
        {
            any = true;
            action.Apply(scope, context);
        }

        foreach (ReportedItem item in OtherGenerators.In(context.Files, context.Guest, context.Catalog))
        {
            context.Report(item);
        }

        return any
            ? StepOutcome.Of(context.Files.TakeChanges())
            : StepOutcome.NotApplicable("nothing is installed that the catalog knows to make keys at first boot");
    }
}
