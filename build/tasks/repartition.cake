using ImagePrep.Steps.Repartition;

Task("Repartition")
    .Description("Plans every partition on an aligned boundary.")
    .IsDependentOn("Inspect")
    .Does<Preparation>(preparation =>
{
    RepartitionPlan plan = preparation.Session.Repartition();
    foreach (PartitionMove move in plan.Partitions)
    {
        Information("partition {0}: byte {1} -> {2}", move.Partition.Number, move.From.Start, move.To.Start);
    }
});
