using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition;

/// <summary>What a plan tells of itself in listings and reports.</summary>
internal static class RepartitionOutcome
{
    public static StepOutcome Of(RepartitionPlan plan)
    {
        int sector = plan.Before.SectorSize;
        IEnumerable<string> moves = plan.AllPlaces.Where(place => place.Before.Range != place.After.Range)
            .Select(place => Describe(place.Before, place.After));
        return new StepOutcome(plan.ChangesNothing ? StepResult.AlreadyDone : StepResult.Changed, string.Join("; ", moves), [])
        {
            Patches = [.. plan.Patches.Select(patch => new SectorPatch(
                patch.Offset / sector, (int)(patch.Offset % sector), patch.What, patch.Number.Was, patch.Number.Now))],
        };
    }

    private static string Describe(Partition before, Partition after)
    {
        string grows = after.SectorCount == before.SectorCount ? "" : $", grows from {before.SectorCount} to {after.SectorCount} sectors";
        return before.FirstSector == after.FirstSector
            ? $"partition {before.Number} stays at sector {before.FirstSector}{grows}"
            : $"partition {before.Number} from sector {before.FirstSector} to {after.FirstSector}{grows}";
    }
}
