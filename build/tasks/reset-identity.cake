using ImagePrep.Steps;

Task("ResetIdentity")
    .Description("Removes keys, seeds and identities that clones would share.")
    .IsDependentOn("Repartition")
    .Does<Preparation>(preparation =>
{
    StepOutcome outcome = preparation.Session.RunStep("reset-identity");
    Information("{0}: {1} paths {2}", outcome.Result, outcome.Changes.Count, outcome.Reason);
});
