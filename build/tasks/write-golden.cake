using ImagePrep.Golden;

Task("WriteGolden")
    .Description("Writes the golden image in one pass and verifies it.")
    .IsDependentOn("AddNodeEntropy")
    .Does<Preparation>(preparation =>
{
    GoldenDocument golden = preparation.Session.WriteGolden();
    Information("{0} {1}", golden.Golden.Sha256, golden.Golden.File);
});
