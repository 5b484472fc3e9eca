namespace ImagePrep.Steps.Repartition;

/// <summary>What a plan tells of itself in listings and reports.</summary>
internal static class RepartitionOutcome
{
    public static StepOutcome Of(RepartitionPlan plan)
    {
        int sector = plan.Before.SectorSize;
        IEnumerable<string> moves = plan.Partitions.Where(move => move.IsMove)
            .Select(move => $"partition {move.Partition.Number} from sector {move.From.Start / sector} to {move.To.Start / sector}");
        return new StepOutcome(plan.ChangesNothing ? StepResult.AlreadyDone : StepResult.Changed, string.Join("; ", moves), [])
        {
            Patches = [.. plan.Patches.Select(patch => new SectorPatch(
                patch.Offset / sector, (int)(patch.Offset % sector), patch.What, patch.Number.Was, patch.Number.Now))],
        };
    }
}
