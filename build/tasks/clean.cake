Task("Clean")
    .Description("Removes everything that was built, but the published tool that runs this.")
    .Does(() =>
{
    CleanDirectory(Paths.Artifacts + "/dotnet");
    CleanDirectory(Paths.TestResults);
    CleanDirectory(Paths.Demo);
});
