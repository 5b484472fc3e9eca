using ImagePrep.Reports;

Task("Report")
    .Description("Writes the report and gives everything its final name.")
    .IsDependentOn("TestSeeds")
    .Does<Preparation>(preparation =>
{
    ReportDocument report = preparation.Session.Publish();
    Information("");
    Information("{0}", report.Summary);
    Information("In {0}", preparation.OutputFolder);
});
