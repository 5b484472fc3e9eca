Task("RemoveKeygen")
    .Description("Turns off what would make keys at first boot.")
    .IsDependentOn("ResetIdentity")
    .Does<Preparation>(preparation =>
{
    StepOutcome outcome = preparation.Session.RunStep("remove-keygen");
    Information("{0}: {1} paths {2}", outcome.Result, outcome.Changes.Count, outcome.Reason);
});
