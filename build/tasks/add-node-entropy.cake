Task("AddNodeEntropy")
    .Description("Adds the seed, node-specific mixing and late key generation.")
    .IsDependentOn("RemoveKeygen")
    .Does<Preparation>(preparation =>
{
    StepOutcome outcome = preparation.Session.RunStep("add-node-entropy");
    Information("{0}: {1} paths {2}", outcome.Result, outcome.Changes.Count, outcome.Reason);
});
